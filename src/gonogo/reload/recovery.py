"""Recovers from a killed reload: brings the live folder to one of its two trees, and proves that tree loaded."""

from __future__ import annotations

from contextlib import ExitStack

from gonogo.errors import SourceError
from gonogo.model.outcome import Outcome
from gonogo.model.progress import Listener, ignored
from gonogo.reload.afterwards import afterwards
from gonogo.reload.asking import Settlement, ask
from gonogo.reload.contents import Contents, contents_of, digest_of, wanted_of
from gonogo.reload.course import Course, Done, passed
from gonogo.reload.disk_steps import besides_reasons, keep_rejected, unlinked_words
from gonogo.reload.place import ReloadPlace, ReloadRequest, place_of
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.rollback import lost
from gonogo.reload.run import lock_step
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.marker import Plan, pending
from gonogo.reload.trees.switch import recover as brought_back
from gonogo.reload.trees.switch import settle
from gonogo.reload.trees.switch_standing import TreeSide
from gonogo.reload.verify import verify_step
from gonogo.server.server_state import ServerState


def recover(request: ReloadRequest, listener: Listener = ignored) -> ReloadResult:
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
    course = Course(place.policy_file.journal, place.policy_file.sha256, place.server.url, listener)
    with ExitStack() as held:
        if course.take(ReloadStep.LOCK, lock_step, held, place, recovers=True).outcome is not Outcome.PASS:
            result = course.ends(Became.REFUSED, "nothing was changed: another reload is under way")
            return afterwards(request, place, course, result)
        plan = pending(place.state)
        if plan is None:
            nothing = "there is nothing to recover: no reload was left half finished"
            return course.closed(course.ends(Became.UNCHANGED, nothing))
        course.touched = True
        return afterwards(request, place, course, _recovered(course, place, plan, overwrite=request.overwrite))


def _recovered(course: Course, place: ReloadPlace, plan: Plan, *, overwrite: bool) -> ReloadResult:
    """Bring the files to one tree, make the server load them, verify, and end the switch."""
    restored = course.take(ReloadStep.RESTORE, _restore_step, place, plan, overwrite=overwrite).value
    if restored is None:
        return lost(course, place, "the files could not be brought to one of the two trees")
    side, contents = restored
    files = f"the {side} files are on disk"
    seen = course.take(ReloadStep.SNAPSHOT, _look_step, place, contents).value
    if seen is None:
        return lost(course, place, f"{files}, but the server does not answer")
    before, contents = seen
    asked = ask(course, place, before, back=True)
    if asked.settled.outcome is not Settlement.LOADED:
        return lost(course, place, f"{files}, but the server did not load them")
    wanted = wanted_of(contents, before, None)
    if course.take(ReloadStep.VERIFY_OLD, verify_step, place, before, wanted, asked).outcome is not Outcome.PASS:
        return lost(course, place, f"{files}, but the server is not proved to have loaded them")
    if course.take(ReloadStep.KEEP_OLD, _keep_step, place, plan, asked.load).outcome is Outcome.FAIL:
        return lost(course, place, f"the {side} tree is loaded and verified, and its marker could not be removed")
    became = Became.RELOADED if side is TreeSide.NEW else Became.ROLLED_BACK
    return course.ends(became, f"{files}, loaded and verified")


def _restore_step(place: ReloadPlace, plan: Plan, *, overwrite: bool) -> Done[tuple[TreeSide, Contents]]:
    aside = keep_rejected(place.state, plan) if plan.in_place else None
    brought = brought_back(place.state, overwrite=overwrite)
    assert brought is not None  # noqa: S101 - the marker was read under the lock
    manifest = snapshot(plan.live)
    words = f"the files were {brought.found}, and are the {brought.side} ones{unlinked_words(brought.unlinked)}"
    where = {name: str(path) for name, path in brought.overwritten}
    laid = f"; the edited ones are in {aside}" if aside and brought.side is TreeSide.OLD else ""
    kept = "".join(f"; the copy of {name} is {path}" for name, path in where.items())
    seen = {"side": brought.side, "tree": digest_of(manifest), "overwritten": where}
    found = brought.side, contents_of(plan.live, manifest)
    return Done(Outcome.PASS, f"{words}{laid}{kept}", besides_reasons(brought.besides), seen, value=found)


def _look_step(place: ReloadPlace, contents: Contents) -> Done[tuple[ServerState, Contents]]:
    """Read the server. The spelling of the files must be known before its rules are read."""
    if why := place.server.unready():
        raise SourceError(why)
    contents = place.server.as_spelled(contents)
    return Done(Outcome.PASS, f"{place.server.url} is ready", value=(place.server.state(), contents))


def _keep_step(place: ReloadPlace, plan: Plan, loaded: Load | None) -> Done[None]:
    good = settle(place.state, plan.live, loaded)
    return passed(f"kept as good copy {good.number}" if good else "settled")
