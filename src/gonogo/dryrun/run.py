"""Runs the dry run: proves that everything works, decides, then watches and certifies.

Every step really happens, and is in the journal. If a step does not pass, the dry run still goes on
to the verdict, and the verdict shows what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import StrEnum
from threading import Event

from msgspec import Struct, field

from gonogo.dryrun.on_abort import abort_json, on_abort
from gonogo.dryrun.print import abort_text, certificate_text, certificate_value, run_text
from gonogo.dryrun.story import ABORTED, DryRunStory
from gonogo.dryrun.two_beats import two_beats
from gonogo.dryrun.watching import Watched, watch
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import Run
from gonogo.lint.recorded import obs_lint
from gonogo.model.outcome import Outcome
from gonogo.model.progress import Listener, Progress, note
from gonogo.model.record import LOADED, RELOAD
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.findings import policy_warnings, warning_lines
from gonogo.policy.inputs import policy_rules
from gonogo.policy.load import PolicyFile
from gonogo.reload.loaded import loaded
from gonogo.reload.place import ReloadRequest
from gonogo.reload.run import as_run, reload
from gonogo.ruletests.recorded import promql_unit
from gonogo.smoke.run import smoke
from gonogo.stopping import outcome
from gonogo.verdict.core.abort import Abort
from gonogo.verdict.core.certify import Certificate, certify
from gonogo.verdict.core.verdict import without_steps
from gonogo.verdict.decide import decide


class DryRunResult(Struct, frozen=True):
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


class Ending(Struct, frozen=True):
    """The end of a dry run for the journal: an outcome, a word for it, a sentence, and further values."""

    outcome: str
    became: str
    detail: str
    more: dict[str, object] = field(default_factory=dict)


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
    story = DryRunStory(policy_file, progress)
    story.note("UNKNOWN", f"began; the watch will take {duration.total_seconds():.0f} s")
    end = Ending("UNKNOWN", "interrupted", "ended before its verdict")
    result: DryRunResult | None = None
    try:
        decided = _decide(policy_file, url, progress, reached, story)
        verdict = decided.judgement.verdict
        end = Ending(verdict, "not watched", f"decided {verdict}; there was no watch")
        if verdict is not Verdict.GO:
            result = DryRunResult(decided, decided)
        else:
            end = Ending("UNKNOWN", "interrupted", "was interrupted during the watch")
            story.note(Verdict.GO, "decided GO; the watch begins")
            seen = watch(policy_file, url, duration, progress, lambda: reached(Moment.WATCH), story.turned)
            if seen.abort is None:
                result, end = _completed(policy_file, decided, seen, progress)
            else:
                end = Ending(ABORTED, "aborted", seen.abort.detail, {"verdict": seen.last.judgement.verdict})
                _act_on(seen.abort, policy_file, seen.last, progress, story)
                result = DryRunResult(decided, seen.last, abort=seen.abort)
    finally:
        unrecorded = story.ends(end.outcome, end.detail, {"outcome": end.became, **end.more})
        if unrecorded is not None:
            progress(note(f"the end of the dry run is not in the journal: {unrecorded}"))
    return replace(result, unrecorded=unrecorded is not None)


def _decide(
    policy_file: PolicyFile, url: str | None, progress: Listener, reached: Callable[[Moment], None], story: DryRunStory
) -> Report:
    proving = _prove(policy_file, url, progress, story)
    reached(Moment.DECISION)
    progress(Progress("decide"))
    report = decide(policy_file, url)
    missing = [(run.kind, run.detail) for run in proving if not run.passed]
    return replace(report, judgement=without_steps(report.judgement, missing))


def _prove(policy_file: PolicyFile, url: str | None, progress: Listener, story: DryRunStory) -> tuple[Run, ...]:
    """Make every run, with the smoke run beside the others. Return the runs that decide does not look up."""

    def take(name: str, run: Callable[[], Run]) -> Run:
        progress(Progress(name))
        done = run()
        progress(note(run_text(done)))
        story.ran(done)
        return done

    stop = Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="gonogo-smoke") as pool:
        smoking = pool.submit(smoke, policy_file, stop)
        try:
            key = run_key(policy_file)
            linted = take("obs-lint", lambda: obs_lint(policy_file))
            tested = take("promql-unit", lambda: promql_unit(policy_file))
            checked = (linted, tested) if run_key(policy_file) == key else ()
            request = ReloadRequest(policy_file, url, even_unchanged=True, checked=checked, beat=False)
            if policy_file.policy.dry_run.reload:
                proved = take(RELOAD, lambda: as_run(reload(request)))
            else:
                proved = take(LOADED, lambda: loaded(policy_file, url))
            beaten = take("two-beats", lambda: two_beats(policy_file, url))
            take("sandbox-smoke-60s", lambda: outcome(smoking))
        finally:
            stop.set()
    return proved, beaten


def _completed(
    policy_file: PolicyFile, decided: Report, seen: Watched, progress: Listener
) -> tuple[DryRunResult, Ending]:
    certificate = certify(seen.ledger, policy_file.policy.dry_run)
    progress(note(certificate_text(certificate)))
    became = "certified" if certificate.outcome is Outcome.PASS else "not certified"
    verdict = seen.last.judgement.verdict
    detail = f"the watch is over; the last verdict is {verdict}"
    end = Ending(verdict, became, detail, {"certificate": certificate_value(certificate)})
    return DryRunResult(decided, seen.last, certificate=certificate), end


def _act_on(abort: Abort, policy_file: PolicyFile, last: Report, progress: Listener, story: DryRunStory) -> None:
    """Report an abort and run the program of ``on_abort``."""
    progress(note(abort_text(abort)))
    story.aborts(abort)
    if argv := policy_file.policy.dry_run.on_abort:
        progress(Progress("on-abort"))
        ran = on_abort(argv, abort_json(last, abort), policy_file.path.absolute().parent)
        progress(note(run_text(ran)))
        story.ran(ran)
