"""The reload transaction. The one function ``_transaction`` reads like the table of steps in ``docs/reload.md``."""

from __future__ import annotations

from contextlib import ExitStack

from gonogo.errors import PolicyError, SourceError
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import Run
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from gonogo.model.progress import Listener, ignored
from gonogo.model.record import RELOAD
from gonogo.model.replacing import replace
from gonogo.policy.settings import PolicyFile
from gonogo.reload.afterwards import afterwards, warnings_of
from gonogo.reload.asking import ask
from gonogo.reload.checks import cross_check_step, lint_step, mirrored, running_as, staged_policy, unit_step
from gonogo.reload.comparison import failing_rules
from gonogo.reload.course import Course, Done, StepFailed, judged, passed
from gonogo.reload.disk_steps import keep_step, switch_step
from gonogo.reload.judging import entries_step, preview_step, readiness_step
from gonogo.reload.place import ReloadPlace, ReloadRequest, place_of
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.rollback import roll_back, unexpected
from gonogo.reload.snapshot import Ready, Snapshot, snapshot_step
from gonogo.reload.trees.good_trees import newest
from gonogo.reload.trees.marker import pending, state_in_force
from gonogo.reload.trees.reload_lock import hold_server
from gonogo.reload.verify import still_proved_step, verify_new_step
from gonogo.stopping import stop_now, whole


def reload(request: ReloadRequest, listener: Listener = ignored) -> ReloadResult:
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
    course = Course(place.policy_file.journal, key, place.server.url, listener)
    with ExitStack() as held:
        result = _transaction(held, request, place, course, wrong)
        if request.only_preview:
            return course.closed(replace(result, looked=True))
        return afterwards(request, place, course, result)


def _transaction(
    held: ExitStack, request: ReloadRequest, place: ReloadPlace, course: Course, wrong: list[str]
) -> ReloadResult:
    """Take the steps in their order. Nothing is changed before ``switch``; an error after it is rolled back."""
    locked = course.take(ReloadStep.LOCK, lock_step, held, place)
    if locked.outcome is not Outcome.PASS:
        return course.ends(Became.REFUSED, f"nothing was changed: {locked.detail}")

    found = course.take(ReloadStep.SNAPSHOT, snapshot_step, request, place, wrong).value or Snapshot()
    with mirrored(running_as(place.policy_file, found.before), place.live, place.staged, found.manifest) as mirror:
        course.take(ReloadStep.LINT, lint_step, request, mirror)
        course.take(ReloadStep.UNIT, unit_step, request, mirror)
        course.take(ReloadStep.CROSS_CHECK, cross_check_step, request, place, mirror, found.before)
        course.take(ReloadStep.ENTRIES, entries_step, place, found)
    course.preview = course.take(ReloadStep.PREVIEW, preview_step, request, place, found).value or ()
    unchanged = _is_unchanged(request, place, course, found)
    waits = not (unchanged or request.only_preview or course.reasons)
    course.take(ReloadStep.READINESS, readiness_step, request, place, found.before, waits=waits)

    if course.reasons or found.before is None or found.new is None or place.live is None:
        problems = counted(len(course.reasons), "problem")
        return course.ends(Became.REFUSED, f"nothing was changed, because of {problems}")
    if request.only_preview:
        result = course.ends(Became.UNCHANGED, "nothing was changed: this was only a preview")
        return replace(result, warnings=warnings_of(place, found, found.last))
    if unchanged:
        result = course.ends(Became.UNCHANGED, "the server has everything already")
        return replace(result, warnings=warnings_of(place, found, found.last))

    ready = Ready(place, found, found.before, place.live, found.new, request.without_rollback)
    with whole():
        try:
            course.must(ReloadStep.SWITCH, switch_step, ready)
            asked = ask(course, place, ready.before)
            course.must(ReloadStep.VERIFY, verify_new_step, ready, asked)
            course.must(ReloadStep.KEEP, keep_step, ready, asked.load)
        except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the files must not stay switched
            is_proved = course.outcome_of(ReloadStep.KEEP) is Outcome.PASS
            result = _reloaded(course, ready) if is_proved else roll_back(course, ready, error)
            return _cut_short(result, error)
        return _reloaded(course, ready)


def lock_step(held: ExitStack, place: ReloadPlace, *, recovers: bool = False) -> Done[None]:
    """Take the server's lock. Unless this is a recovery, no earlier reload may be left half finished."""
    held.enter_context(hold_server(place.state, place.waits.lock.total_seconds(), place.live))
    if not recovers:
        state = place.state if place.live is None else state_in_force(place.state, place.live)
        if pending(state) is not None:
            return judged(("an earlier reload was left half finished; first run: gonogo reload --recover",), "")
    return passed(f"no other reload of {place.server.url} is running")


def as_run(result: ReloadResult) -> Run:
    """Return the result as a run of the journal, for the dry run. The records of the reload are written already.

    Raises:
        Stopped: the reload was interrupted and rolled back. The caller must stop too.
    """
    if result.interrupted:
        stop_now()
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


def _is_unchanged(request: ReloadRequest, place: ReloadPlace, course: Course, found: Snapshot) -> bool:
    """Return whether nothing is left to do and that is proved. Without the proof the server is reloaded."""
    if request.even_unchanged or request.only_preview or course.reasons or not found.seems_unchanged:
        return False
    return course.take(ReloadStep.VERIFY, still_proved_step, place, found).outcome is Outcome.PASS


def _reloaded(course: Course, ready: Ready) -> ReloadResult:
    """Return the result of a proved reload, with the rules that fail all the same: they failed before, or begin now."""
    now, interrupted = ready.before, False
    try:
        now = ready.place.server.state()
    except SourceError:
        pass
    except KeyboardInterrupt:  # the new tree is proved and kept, and the answer must say so
        interrupted = True
    failing, begun = failing_rules(ready.before, now)
    detail = f"{ready.new.rule_count} rules loaded as in the files, and evaluated since"
    if failing:
        still = "still fails" if len(failing) == 1 else "still fail"
        detail += f"; {counted(len(failing), 'rule')} failed before the reload, and {still}"
    if begun:
        detail += f"; {counted(len(begun), 'rule')} began to fail right after the proof"
    result = course.ends(Became.RELOADED, detail)
    warnings = warnings_of(ready.place, ready.found, newest(ready.place.state))
    return replace(result, failing=(*failing, *begun), warnings=warnings, interrupted=interrupted)


def _cut_short(result: ReloadResult, error: BaseException) -> ReloadResult:
    """Mark the result of a reload that an interrupt or an error in gonogo ended early."""
    if isinstance(error, StepFailed):
        return result
    if isinstance(error, KeyboardInterrupt):
        return replace(result, interrupted=True)
    return replace(result, reasons=(unexpected(error), *result.reasons))
