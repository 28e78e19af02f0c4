"""The reload transaction: the steps before the change, the change, and the steps after it. See ``docs/reload.md``."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from gonogo.errors import PolicyError
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import Run, counted
from gonogo.model.outcome import Outcome
from gonogo.model.record import RELOAD
from gonogo.policy.settings import PolicyFile
from gonogo.reload.afterwards import afterwards
from gonogo.reload.changing import Changing
from gonogo.reload.checks import cross_check_step, lint_step, running_as, unit_step
from gonogo.reload.compare.result import Became, ReloadResult, ReloadStep
from gonogo.reload.course import Course, Done, Heard, Silent, judged, passed
from gonogo.reload.disk_steps import Ready
from gonogo.reload.judging import entries_step, preview_of, preview_step, readiness_step
from gonogo.reload.mirror import Mirror, mirrored, staged_policy
from gonogo.reload.place import ReloadPlace, place_of
from gonogo.reload.print_preview import preview_lines
from gonogo.reload.request import ReloadRequest
from gonogo.reload.snapshot import Snapshot, snapshot_step
from gonogo.reload.trees.recover_marker import pending
from gonogo.reload.trees.reload_lock import hold_server
from gonogo.reload.trees.unsettled import state_in_force
from gonogo.reload.unchanged import seems_unchanged, still_proved_step
from gonogo.reload.warnings import warnings_of

LOCK_PATIENCE = 30.0
"""Seconds to wait for the lock that another reload holds."""


def reload(request: ReloadRequest, listener: Heard | None = None) -> ReloadResult:
    """Load the configuration on disk, or a staged one, on the server.

    When this function returns, the new configuration is proved loaded, or the old one is proved restored, or nothing
    was changed, or the result says clearly that none of these is proved.

    Args:
        request: the reload, and the risks that the user allows.
        listener: is called when a step begins and ends.

    Raises:
        PolicyError: a secret cannot be read.
        UsageError: an address is not a URL.
        ActionFailed: the journal cannot be written, or the marker of a switch cannot be read. Nothing was changed.
    """
    place = place_of(request)
    key, wrong = _key(staged_policy(request.policy_file, place.live, place.staged))
    course = Course(place.policy_file.journal, key, place.server.url, listener or Silent())
    with ExitStack() as held:
        locked = course.take(ReloadStep.LOCK, lambda: lock_step(held, place))
        if locked.outcome is not Outcome.PASS:
            result = course.ends(Became.REFUSED, f"nothing was changed: {locked.detail}")
        else:
            found = Snapshot(reasons=wrong)
            result = _in_turn(request, place, course, found)
            result = replace(result, warnings=warnings_of(place, found, result))
        if request.only_preview:
            return course.closed(replace(result, looked=True))
        return afterwards(request, place, course, result)


def lock_step(held: ExitStack, place: ReloadPlace) -> Done:
    """Take the server's lock, and check that no earlier reload was left half finished."""
    held.enter_context(hold_server(place.state, LOCK_PATIENCE, place.live))
    state = place.state if place.live is None else state_in_force(place.state, place.live)
    if pending(state) is not None:
        return judged(("an earlier reload was left half finished; first run: gonogo reload --recover",), "")
    return passed(f"no other reload of {place.server.url} is running")


def as_run(result: ReloadResult) -> Run:
    """Return the result as a run of the journal, for the dry run. The records of the reload are written already.

    Raises:
        KeyboardInterrupt: the reload was interrupted and rolled back. The caller must stop too.
    """
    if result.interrupted:
        raise KeyboardInterrupt
    outcome = Outcome.PASS if result.became.success else Outcome.FAIL
    why = f": {' '.join(result.reasons[0].split())}" if result.reasons else ""
    detail = result.detail if outcome is Outcome.PASS else f"{result.became}, {result.detail}{why}"
    return Run(RELOAD, outcome, detail, result.seconds, result.reasons, {"outcome": result.became})


def _key(policy_file: PolicyFile) -> tuple[str, list[str]]:
    """Return the key of the records. If the inputs cannot be read, return the policy's own hash and the problems."""
    try:
        return run_key(policy_file), []
    except PolicyError as error:
        return policy_file.sha256, [str(problem) for problem in error.problems]


def _in_turn(request: ReloadRequest, place: ReloadPlace, course: Course, found: Snapshot) -> ReloadResult:
    course.take(ReloadStep.SNAPSHOT, lambda: snapshot_step(request, place, found))
    _check(request, place, course, found)
    seen = preview_of(found)
    course.take(ReloadStep.PREVIEW, lambda: preview_step(request, place, seen))
    lines = () if seen is None else preview_lines(seen)
    unchanged = _is_unchanged(request, place, course, found)
    waits = not (unchanged or request.only_preview or _reasons(course))
    course.take(ReloadStep.READINESS, lambda: readiness_step(request, place, found.before, waits=waits))
    if (against := _reasons(course)) or found.before is None or found.new is None or place.live is None:
        return course.ends(
            Became.REFUSED, f"nothing was changed, because of {counted(against, 'problem')}", preview=lines
        )
    if request.only_preview:
        return course.ends(Became.UNCHANGED, "nothing was changed: this was only a preview", preview=lines)
    if unchanged:
        return course.ends(Became.UNCHANGED, "the server has everything already", preview=lines)
    ready = Ready(place, found, found.before, place.live, found.new, lines, request.without_rollback)
    return Changing(course, ready).carry_out()


def _check(request: ReloadRequest, place: ReloadPlace, course: Course, found: Snapshot) -> None:
    """Check the tree: lint, unit tests, promtool on the server's side, and the files that it names."""
    policy_file = running_as(place.policy_file, found.before)
    with ExitStack() as held:
        if place.live is None or (place.staged is not None and found.manifest is None):
            mirror = Mirror(policy_file, Path())
        else:
            mirror = held.enter_context(mirrored(policy_file, place.live, place.staged, found.manifest))
        course.take(ReloadStep.LINT, lambda: lint_step(request, mirror))
        course.take(ReloadStep.UNIT, lambda: unit_step(request, mirror))
        course.take(ReloadStep.CROSS_CHECK, lambda: cross_check_step(request, place, mirror, found.before))
        course.take(ReloadStep.ENTRIES, lambda: entries_step(place, found))


def _reasons(course: Course) -> int:
    return sum(len(report.reasons) for report in course.steps if report.outcome is Outcome.FAIL)


def _is_unchanged(request: ReloadRequest, place: ReloadPlace, course: Course, found: Snapshot) -> bool:
    """Return whether nothing is left to do and that is proved. Without the proof the server is reloaded."""
    if request.even_unchanged or request.only_preview or _reasons(course) or not seems_unchanged(found):
        return False
    return course.take(ReloadStep.VERIFY, lambda: still_proved_step(place, found)).outcome is Outcome.PASS
