"""The end of a reload that failed: nothing was changed, or the old tree is proved again, or a person must act."""

from __future__ import annotations

import shlex
import traceback
from collections.abc import Iterator
from pathlib import PurePath

from gonogo.errors import ActionFailed
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.policy.settings import Trigger
from gonogo.reload.asking import Settled, Settlement, ask
from gonogo.reload.course import Course, StepFailed
from gonogo.reload.disk_steps import keep_old_step, restore_step
from gonogo.reload.place import ReloadPlace
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.snapshot import Ready
from gonogo.reload.trees.manifest import ManifestEntry
from gonogo.reload.trees.marker import Plan, pending
from gonogo.reload.trees.switch_trouble import Refused, Undone, Unfit
from gonogo.reload.verify import verify_step

MOST_FILES = 50
"""The largest number of files that get a command each. For more files, a comment names the folder with the bytes."""

_SET_ATTRIBUTE = "import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))"
"""A Python program in place of setfattr, which is often not installed."""


def roll_back(course: Course, ready: Ready, cause: BaseException) -> ReloadResult:
    """Put the old files back, make the server load them, and verify that, as far as the cause allows it."""
    try:
        if isinstance(cause, StepFailed):
            return _unswitched(course, ready, cause) or _unknown(course, ready, cause) or _back(course, ready, cause)
        if course.outcome_of(ReloadStep.SWITCH) is None and pending(ready.place.state) is None:
            what = "it was interrupted" if isinstance(cause, KeyboardInterrupt) else "it failed"
            return course.ends(Became.REFUSED, f"{what} before anything was changed")
        return _back(course, ready, cause)
    except Exception as error:  # noqa: BLE001 - the user must get the commands in every case
        result = lost(course, ready.place, "the way back failed")
        return replace(result, reasons=(*result.reasons, unexpected(error)))


def lost(course: Course, place: ReloadPlace, detail: str) -> ReloadResult:
    """Return the result of a reload after which neither tree is proved, with the commands for a person."""
    return course.ends(Became.FAILED, detail, by_hand(place))


def by_hand(place: ReloadPlace, most: int = MOST_FILES) -> tuple[str, ...]:
    """Return the commands: first the one that does everything, then the single steps."""
    policy = shlex.quote(str(place.policy_file.path.absolute()))
    lines = [f"gonogo reload --recover --policy {policy} --prometheus {place.server.url}"]
    try:
        plan = pending(place.state)
    except ActionFailed as error:
        return (*lines, f"# {error.what}: {error.next_step}")
    if plan is not None:
        lines += ("# or by hand, to put the old files back:", *_old_files(place, plan, most))
    return (*lines, "# and make the server read these files:", _asks(place))


def unexpected(error: BaseException) -> str:
    """Return a sentence for an unexpected error, with the place in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name} in {PurePath(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"unexpected {type(error).__name__}: {error}{where}"


def _unswitched(course: Course, ready: Ready, failed: StepFailed) -> ReloadResult | None:
    """Return the result if the switch itself failed. A switch that undid itself still needs a reload."""
    error = failed.done.error
    if failed.step is not ReloadStep.SWITCH or isinstance(error, Undone):
        return None
    if isinstance(error, (Refused, Unfit)) or pending(ready.place.state) is None:
        return course.ends(Became.REFUSED, f"nothing was changed: {error.what if error else failed.done.detail}")
    return lost(course, ready.place, "the files could be brought neither to the new tree nor back")


def _unknown(course: Course, ready: Ready, failed: StepFailed) -> ReloadResult | None:
    """Return the result if no file may be rolled back: the server may still be reading, or has the verified tree."""
    settled = failed.done.value
    if isinstance(settled, Settled) and settled.outcome is Settlement.UNKNOWN:
        return lost(course, ready.place, "it is not known how the reload ended, so the files were not rolled back")
    if failed.step is ReloadStep.KEEP:
        return lost(
            course, ready.place, "the new tree is loaded and verified, but could not be kept as the last good copy"
        )
    return None


def _back(course: Course, ready: Ready, cause: BaseException) -> ReloadResult:
    """Restore the old files, trigger a reload even if the server may still have the old tree, and verify."""
    place, old = ready.place, ready.found.old
    undone = isinstance(cause, StepFailed) and isinstance(cause.done.error, Undone)
    if not undone and pending(place.state) is None:
        return lost(course, place, _without_way_back(course, ready))
    if not undone and course.take(ReloadStep.RESTORE, restore_step, ready).outcome is Outcome.FAIL:
        return lost(course, place, "the old files could not be put back")
    assert old is not None  # noqa: S101 - a tree that was switched has an old tree
    asked = ask(course, place, ready.before, back=True)
    verified = course.take(ReloadStep.VERIFY_OLD, verify_step, place, ready.before, ready.wanted(old), asked)
    if verified.outcome is not Outcome.PASS:
        return lost(course, place, "the old files are back, but the server is not proved to have loaded them")
    if course.take(ReloadStep.KEEP_OLD, keep_old_step, ready, asked.load).outcome is Outcome.FAIL:
        return lost(course, place, "the old tree is loaded and verified, but could not be kept as the last good copy")
    return course.ends(Became.ROLLED_BACK, "the old files are back, loaded and verified")


def _without_way_back(course: Course, ready: Ready) -> str:
    """Return a sentence that says what the server did with the files, and why no rollback is possible."""
    first = "no tree was proved before this first reload"
    nothing = f"there is no way back: {'it was reloaded without rollback' if ready.without_rollback else first}"
    verified = [report.detail for report in course.steps if report.step is ReloadStep.VERIFY]
    return f"{nothing}; the server has loaded the files, but {verified[-1]}" if verified else nothing


def _asks(place: ReloadPlace) -> str:
    """Return the command that asks the server to reload."""
    settings = place.policy_file.reload
    if settings.trigger is Trigger.COMMAND:
        return shlex.join(settings.command)
    if settings.trigger is Trigger.SIGNAL:
        of = f"$(cat {shlex.quote(str(settings.pid_file))})" if settings.pid_file is not None else str(settings.pid)
        return f"kill -HUP {of}"
    return f"curl -fsS -X POST {shlex.quote(f'{place.server.url}/-/reload')}"


def _old_files(place: ReloadPlace, plan: Plan, most: int) -> Iterator[str]:
    for link in plan.links:
        yield shlex.join(("ln", "-sfn", link.before, str(link.path)))
    if len(plan.changes) > most:
        yield f"# {len(plan.changes)} files: {place.state.marker} names them, {place.state.objects} has their bytes"
        return
    for change in plan.changes:
        there = str(plan.live.path(change.name))
        if change.before is None:
            yield shlex.join(("rm", "-f", there))
        else:
            yield " && ".join(map(shlex.join, _old_file(place, there, change.before)))


def _old_file(place: ReloadPlace, there: str, entry: ManifestEntry) -> Iterator[tuple[str, ...]]:
    """Return the commands that put a file back with its rights."""
    rights = entry.rights
    yield "cp", "--remove-destination", str(place.state.objects / entry.sha256), there
    yield "chown", f"{rights.uid}:{rights.gid}", there
    for name, value in rights.attributes:
        yield "python3", "-c", _SET_ATTRIBUTE, there, name, value
    yield "chmod", f"{rights.mode:o}", there
