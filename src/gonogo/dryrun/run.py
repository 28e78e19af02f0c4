"""Runs the dry run: proves that everything works, decides, then watches and certifies.

Every step really happens, and is in the journal. If a step does not pass, the dry run still goes on
to the verdict, and the verdict shows what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from threading import Event

from gonogo.dryrun.on_abort import on_abort
from gonogo.dryrun.print import abort_text, certificate_text, certificate_value, run_text
from gonogo.dryrun.two_beats import two_beats
from gonogo.dryrun.watching import Watched, watch
from gonogo.errors import ActionFailed, Busy, GonogoError
from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import Run
from gonogo.lint.recorded import obs_lint
from gonogo.model.progress import Listener, Progress, note
from gonogo.model.record import DRY_RUN, RELOAD, Record
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.findings import policy_warnings, warning_lines
from gonogo.policy.inputs import policy_rules
from gonogo.policy.load import PolicyFile
from gonogo.reload.place import ReloadRequest
from gonogo.reload.run import as_run, reload
from gonogo.ruletests.recorded import promql_unit
from gonogo.smoke.run import smoke
from gonogo.stopping import outcome
from gonogo.verdict.core.certify import Certificate, certify
from gonogo.verdict.core.verdict import without_steps
from gonogo.verdict.core.watch import Abort
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_json

ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """The result of a dry run.

    Attributes:
        decided: the verdict before the watch. Only a GO is followed by a watch.
        last: the last verdict, which is printed.
        abort: the reason why the watch was aborted, or ``None``.
        certificate: the certificate, or ``None`` if the watch did not come to its end.
        unrecorded: true if the end of the run could not be written to the journal.
    """

    decided: Report
    last: Report
    abort: Abort | None = None
    certificate: Certificate | None = None
    unrecorded: bool = False


class Moment(StrEnum):
    """The moments of a dry run at which a caller can act."""

    DECISION = "before the verdict"
    WATCH = "during the watch"


def dry_run(
    policy_file: PolicyFile,
    url: str | None,
    duration: timedelta,
    progress: Listener,
    reached: Callable[[Moment], None] = lambda _: None,
) -> DryRunResult:
    """Make a whole dry run on the policy's server, or on the server at ``url``.

    After GO the watch lasts ``duration``. ``reached`` is called at each moment: the sandbox injects its faults there.

    Raises:
        PolicyError: the policy or its files cannot be used.
        UsageError: an address is not a URL.
        MissingTool: a program that a step needs is not installed.
        ActionFailed: the journal cannot be written.
    """
    for line in warning_lines(policy_file, policy_warnings(policy_file, policy_rules(policy_file))):
        progress(note(f"policy lint: {line}"))
    journal = _Journal(policy_file)
    journal.note("UNKNOWN", f"began; the watch will take {duration.total_seconds():.0f} s")
    ended = "ended before its verdict"
    outcome = "UNKNOWN"
    extra: dict[str, object] = {}
    result: DryRunResult | None = None
    try:
        decided = _decide(policy_file, url, progress, reached)
        outcome, ended = decided.judgement.verdict, f"decided {decided.judgement.verdict}; there was no watch"
        if decided.judgement.verdict is not Verdict.GO:
            result = DryRunResult(decided, decided)
        else:
            outcome, ended = "UNKNOWN", "was interrupted during the watch"
            journal.note(Verdict.GO, "decided GO; the watch begins")
            seen = watch(policy_file, url, duration, progress, lambda: reached(Moment.WATCH))
            result = _conclude(policy_file, decided, seen, progress)
            outcome, ended, extra = _outcome(result)
    finally:
        unrecorded = journal.last(outcome, ended, extra)
        if unrecorded is not None:
            progress(note(f"the end of the dry run is not in the journal: {unrecorded}"))
    return replace(result, unrecorded=unrecorded is not None)


def _decide(policy_file: PolicyFile, url: str | None, progress: Listener, reached: Callable[[Moment], None]) -> Report:
    proving = _prove(policy_file, url, progress)
    reached(Moment.DECISION)
    progress(Progress("decide"))
    report = decide(policy_file, url)
    missing = [(run.kind, run.detail) for run in proving if not run.passed]
    return replace(report, judgement=without_steps(report.judgement, missing))


def _prove(policy_file: PolicyFile, url: str | None, progress: Listener) -> tuple[Run, ...]:
    """Make every run, with the smoke run beside the others. Return the runs that decide does not look up."""
    stop = Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="gonogo-smoke") as pool:
        smoking = pool.submit(smoke, policy_file, stop)
        try:
            key = run_key(policy_file)
            linted = _run_step("obs-lint", lambda: obs_lint(policy_file), progress)
            tested = _run_step("promql-unit", lambda: promql_unit(policy_file), progress)
            checked = (linted, tested) if run_key(policy_file) == key else ()
            request = ReloadRequest(policy_file, url, even_unchanged=True, checked=checked, beat=False)
            proving = (
                _run_step(RELOAD, lambda: as_run(reload(request)), progress),
                _run_step("two-beats", lambda: two_beats(policy_file, url), progress),
            )
            _run_step("sandbox-smoke-60s", lambda: outcome(smoking), progress)
        finally:
            stop.set()
    return proving


def _run_step(name: str, run: Callable[[], Run], progress: Listener) -> Run:
    progress(Progress(name))
    done = run()
    progress(note(run_text(done)))
    return done


def _conclude(policy_file: PolicyFile, decided: Report, seen: Watched, progress: Listener) -> DryRunResult:
    dry = policy_file.policy.dry_run
    if seen.abort is None:
        certificate = certify(seen.ledger, dry)
        progress(note(certificate_text(certificate)))
        return DryRunResult(decided, seen.last, certificate=certificate)
    progress(note(abort_text(seen.abort)))
    if dry.on_abort:
        progress(Progress("on-abort"))
        progress(note(run_text(on_abort(dry.on_abort, report_json(seen.last), policy_file.path.absolute().parent))))
    return DryRunResult(decided, seen.last, abort=seen.abort)


def _outcome(result: DryRunResult) -> tuple[str, str, dict[str, object]]:
    if result.abort is not None:
        return ABORTED, result.abort.detail, {"verdict": result.last.judgement.verdict}
    certificate = result.certificate
    verdict = result.last.judgement.verdict
    detail: dict[str, object] = {} if certificate is None else {"certificate": certificate_value(certificate)}
    return verdict, f"the watch is over; the last verdict is {verdict}", detail


class _Journal:
    """The dry run's own records, under the key of the inputs with which the dry run began."""

    def __init__(self, policy_file: PolicyFile) -> None:
        self._path = policy_file.journal
        self._key = run_key(policy_file)

    def note(self, outcome: str, detail: str, extra: dict[str, object] | None = None) -> None:
        record = Record(DRY_RUN, self._key, outcome, time.time(), {"detail": detail, **(extra or {})})
        append(self._path, record)

    def last(self, outcome: str, detail: str, extra: dict[str, object]) -> GonogoError | None:
        """Write the end of the dry run. Return the error if that fails, because the verdict must still be printed."""
        try:
            self.note(outcome, detail, extra)
        except (ActionFailed, Busy) as error:
            return error
        return None
