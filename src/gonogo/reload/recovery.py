"""Recovers from a killed reload: brings the live folder to one of its two trees, and proves that tree loaded."""

from __future__ import annotations

from contextlib import ExitStack

from gonogo.errors import SourceError
from gonogo.model.outcome import Outcome
from gonogo.reload.afterwards import afterwards
from gonogo.reload.asking import BACK, ask, verify_step
from gonogo.reload.commands import by_hand
from gonogo.reload.compare.result import Became, ReloadResult, ReloadStep
from gonogo.reload.contents import Contents, contents_of, digest_of, wanted_of
from gonogo.reload.course import Course, Done, Heard, Silent, passed
from gonogo.reload.disk_steps import besides_reasons, unlinked_words
from gonogo.reload.place import ReloadPlace, place_of
from gonogo.reload.rejected import keep_rejected
from gonogo.reload.request import ReloadRequest
from gonogo.reload.settle import Settlement
from gonogo.reload.transaction import LOCK_PATIENCE
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.recover_marker import Marker, pending
from gonogo.reload.trees.reload_lock import hold_server
from gonogo.reload.trees.switch import recover as brought_back
from gonogo.reload.trees.switch import settle
from gonogo.reload.trees.switch_standing import TreeSide
from gonogo.server.server_state import ServerState


def recover(request: ReloadRequest, listener: Heard | None = None) -> ReloadResult:
    """Go to the old tree, or to the new tree if it was verified already, and prove that the server loaded it.

    Args:
        request: the policy, the server, and whether files that another program changed may be overwritten.
        listener: is called when a step begins and ends.

    Raises:
        PolicyError: a secret cannot be read.
        UsageError: an address is not a URL.
        ActionFailed: the journal cannot be written, and nothing was changed.
    """
    place = place_of(request)
    course = Course(place.policy_file.journal, place.policy_file.sha256, place.server.url, listener or Silent())
    with ExitStack() as held:

        def lock() -> Done:
            held.enter_context(hold_server(place.state, LOCK_PATIENCE, place.live))
            return passed(f"no other reload of {place.server.url} is running")

        if course.take(ReloadStep.LOCK, lock).outcome is not Outcome.PASS:
            result = course.ends(Became.REFUSED, "nothing was changed: another reload is under way")
            return afterwards(request, place, course, result)
        marker = pending(place.state)
        if marker is None:
            nothing = "there is nothing to recover: no reload was left half finished"
            return course.closed(course.ends(Became.UNCHANGED, nothing))
        course.touched = True
        result = _Recovery(course, place, marker, overwrite=request.overwrite).made()
        return afterwards(request, place, course, result)


class _Recovery:
    """The steps of a recovery, and their findings."""

    def __init__(self, course: Course, place: ReloadPlace, marker: Marker, *, overwrite: bool) -> None:
        self._course = course
        self._place = place
        self._marker = marker
        self._live = marker.live
        self._overwrite = overwrite
        self._side = TreeSide.OLD
        self._before: ServerState | None = None
        self._contents: Contents | None = None
        self._retries = 0

    def made(self) -> ReloadResult:
        """Bring the files to one tree, make the server load them, verify, and end the switch."""
        course = self._course
        if course.take(ReloadStep.RESTORE, self._restore).outcome is Outcome.FAIL:
            return self._lost("the files could not be brought to one of the two trees")
        course.take(ReloadStep.SNAPSHOT, self._look)
        if self._before is None or self._contents is None:
            return self._lost(f"the {self._side} files are on disk, but the server does not answer")
        before, wanted = self._before, wanted_of(self._contents, self._before, None)
        asked = ask(course, self._place, before, BACK)
        self._retries = asked.retries
        if asked.settled.outcome is not Settlement.LOADED:
            return self._lost(f"the {self._side} files are on disk, but the server did not load them")
        verified = course.take(ReloadStep.VERIFY_OLD, lambda: verify_step(self._place, before, wanted, asked))
        if verified.outcome is not Outcome.PASS:
            return self._lost(f"the {self._side} files are on disk, but the server is not proved to have loaded them")
        if course.take(ReloadStep.KEEP_OLD, lambda: self._keep(asked.load)).outcome is Outcome.FAIL:
            return self._lost(f"the {self._side} tree is loaded and verified, and its marker could not be removed")
        became = Became.RELOADED if self._side is TreeSide.NEW else Became.ROLLED_BACK
        detail = f"the {self._side} files are on disk, loaded and verified"
        return course.ends(became, detail, retries=self._retries)

    def _restore(self) -> Done:
        aside = keep_rejected(self._place.state, self._marker) if self._marker.in_place else None
        brought = brought_back(self._place.state, overwrite=self._overwrite)
        if brought is None:
            return passed("another process has finished the recovery meanwhile")
        self._side = brought.side
        manifest = snapshot(self._live)
        self._contents = contents_of(self._live, manifest)
        unlinked = unlinked_words(brought.unlinked)
        words = f"the files were {brought.found}, and are the {brought.side} ones{unlinked}"
        where = {name: str(path) for name, path in brought.overwritten}
        laid = f"; the edited ones are in {aside}" if aside and brought.side is TreeSide.OLD else ""
        kept = "".join(f"; the copy of {name} is {path}" for name, path in where.items())
        seen = {"side": brought.side, "tree": digest_of(manifest), "overwritten": where}
        return Done(Outcome.PASS, f"{words}{laid}{kept}", besides_reasons(brought.besides), seen)

    def _look(self) -> Done:
        server = self._place.server
        if why := server.unready():
            raise SourceError(why)
        if self._contents is not None:
            self._contents = server.as_spelled(self._contents)
        self._before = server.state()
        return passed(f"{server.url} is ready")

    def _keep(self, loaded: Load | None) -> Done:
        good = settle(self._place.state, self._live, loaded)
        return passed(f"kept as good copy {good.number}" if good else "settled")

    def _lost(self, detail: str) -> ReloadResult:
        return self._course.ends(Became.FAILED, detail, commands=by_hand(self._place), retries=self._retries)
