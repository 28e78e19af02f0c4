"""Prints a dry run as text: its steps, the watch as a table, the certificate, the abort."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.journal.runs import Run
from gonogo.model.columns import columns, cut, padded
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, named
from gonogo.model.plain import one_line, plain
from gonogo.model.progress import Progress
from gonogo.verdict.core.abort import Abort, Countdown, subject_named
from gonogo.verdict.core.certify import Certificate, CriterionResult
from gonogo.verdict.core.watch import WatchStep
from gonogo.verdict.print import timestamp

SHOWN_ROWS = 20
"""The largest number of rows of a picture on a terminal. Gates that pass are left out first."""

WIDEST = 40
"""The number of columns of a gate's name that are shown."""

LOG_LINES = 20
"""The number of lines that a log gets from a watch without any change."""

COUNTED = 10
"""The number of lines that a log gets from a countdown to an abort."""

SHOWN_COUNTDOWNS = 3
"""The number of countdowns in a picture. The nearest abort comes first."""


class WatchView(Struct, frozen=True):
    """The progress of a watch: its newest step, the number of that step, the time so far, and the time in all.

    ``countdowns`` is what is not known and leads to an abort, the nearest abort first.
    """

    step: WatchStep
    number: int
    elapsed: timedelta
    duration: timedelta
    countdowns: tuple[Countdown, ...] = ()


def run_text(run: Run) -> str:
    """Return the outcome of a step as a line."""
    return f"{run.outcome:<7} {run.kind}: {plain(run.detail)} ({run.seconds:.1f} s)"


def watch_line(view: WatchView) -> str:
    """Return a line for a log: the times, the verdict, the cause of each gate that does not pass, and the countdown."""
    judgement = view.step.judgement
    causes = "; ".join(f"{', '.join(gates)} {cause}" for cause, gates in _causes(view.step).items())
    counting = f" ({view.countdowns[0]})" if view.countdowns else ""
    at = datetime.fromtimestamp(judgement.at, UTC).strftime("%H:%M:%SZ")
    return one_line(f"{at}  {_clock(view)}  {judgement.verdict}{f': {causes}' if causes else ''}{counting}")


def watch_state(step: WatchStep) -> str:
    """Return what a change of the watch changes: the verdict, and the outcome and reason of gates that do not pass."""
    bad = (f"{name} {gate.outcome} {named(_doubts(gate)[:1])}" for name, gate in _bad(step))
    return "; ".join((step.judgement.verdict, *bad))


def _causes(step: WatchStep) -> dict[str, list[str]]:
    """Map each cause to the gates that do not pass because of it. After enough gates the others are counted."""
    causes: dict[str, list[str]] = {}
    bad = tuple(_bad(step))
    for name, gate in bad[:SHOWN_ROWS]:
        causes.setdefault(f"{gate.outcome} {_evidence(gate)}".rstrip(), []).append(name)
    if len(bad) > SHOWN_ROWS:
        causes.setdefault("do not pass either", []).append(f"{len(bad) - SHOWN_ROWS} more gates")
    return causes


def _bad(step: WatchStep) -> Iterator[tuple[str, GateOutcome]]:
    for subject in step.judgement.subjects:
        for gate in subject.gates:
            if gate.outcome is not Outcome.PASS:
                yield f"{subject_named(subject.labels)}{gate.gate}", gate


class WatchReports:
    """Makes the report of each step of a watch."""

    def __init__(self) -> None:
        """Begin a watch."""
        self._logged = ""
        self._logged_at = timedelta(0)

    def of(self, view: WatchView) -> Progress:
        """Return a picture of the step. It has a line for a log if the watch changed, or if the last line is old."""
        state = watch_state(view.step)
        often = min([view.duration / LOG_LINES, *(one.limit / COUNTED for one in view.countdowns)])
        if state == self._logged and view.elapsed - self._logged_at < often:
            return Progress(watch_picture(view))
        self._logged, self._logged_at = state, view.elapsed
        return Progress(watch_picture(view), log=watch_line(view))


def watch_picture(view: WatchView) -> str:
    """Return the verdict, the time, and a row for each gate: its outcome and the check that decided it."""
    rows = _rows(view)
    width = min(WIDEST, max((columns(gate) for _, gate, _ in rows), default=0))
    title = f"{view.step.judgement.verdict}  watched {_clock(view)}, step {view.number}"
    counting = [f"  {one_line(str(one))}" for one in view.countdowns[:SHOWN_COUNTDOWNS]]
    lines = (
        f"  {outcome:<7} {padded(cut(gate, width), width)}  {evidence}".rstrip() for outcome, gate, evidence in rows
    )
    return "\n".join([title, *counting, *lines])


def _rows(view: WatchView) -> list[tuple[str, str, str]]:
    """Return outcome, gate and evidence of each gate. If rows must go, bad ones stay."""
    rows = [
        (gate.outcome, f"{subject_named(subject.labels)}{gate.gate}", _evidence(gate))
        for subject in view.step.judgement.subjects
        for gate in subject.gates
    ]
    if len(rows) > SHOWN_ROWS:
        rows.sort(key=lambda row: row[0] is Outcome.PASS)
    shown = [(str(outcome), one_line(gate), one_line(evidence)) for outcome, gate, evidence in rows[:SHOWN_ROWS]]
    left = len(rows) - len(shown)
    return [*shown, ("", "", f"and {left} more")] if left > 0 else shown


def certificate_text(certificate: Certificate) -> str:
    """Return the certificate as text: the result, and the value of every criterion."""
    seconds = timedelta(seconds=round(certificate.seconds))
    word = "CERTIFIED" if certificate.outcome is Outcome.PASS else "NOT CERTIFIED"
    head = f"{word}: {certificate.steps} steps in {format_duration(seconds)}"
    return "\n".join([head, *(_finding(finding) for finding in certificate.findings)]) + "\n"


def abort_text(abort: Abort) -> str:
    """Return the reason of the abort as a line."""
    return f"ABORTED: {plain(abort.detail)}\n"


def abort_value(abort: Abort) -> dict[str, object]:
    """Return the plain values of an abort, for the journal and for the program of ``on_abort``."""
    return {
        "because": abort.because,
        "gate": abort.gate,
        "condition": abort.condition,
        "subject": dict(abort.subject),
        "since": timestamp(abort.since),
        "detail": abort.detail,
    }


def certificate_value(certificate: Certificate) -> dict[str, object]:
    """Return the plain values that the journal keeps."""
    return {
        "outcome": certificate.outcome,
        "seconds": certificate.seconds,
        "steps": certificate.steps,
        "findings": [
            {"criterion": f.criterion, "outcome": f.outcome, "value": f.value, "detail": f.detail}
            for f in certificate.findings
        ],
    }


def _clock(view: WatchView) -> str:
    return f"{view.elapsed.total_seconds():.0f} s of {format_duration(view.duration)}"


def _evidence(gate: GateOutcome) -> str:
    check = _deciding(gate)
    return "" if check is None else f"{named(check.doubts)} {check.detail}".lstrip()


def _deciding(gate: GateOutcome) -> JudgedCondition | None:
    """Return the check that decided the outcome of a gate, or None if the gate has no check."""
    return next((check for check in gate.checks if check.outcome is gate.outcome), next(iter(gate.checks), None))


def _doubts(gate: GateOutcome) -> tuple[Doubt, ...]:
    check = _deciding(gate)
    return () if check is None else check.doubts


def _finding(finding: CriterionResult) -> str:
    value = "unknown" if finding.value is None else f"{finding.value:.6g}"
    detail = f" ({plain(finding.detail)})" if finding.detail else ""
    return f"  {finding.outcome:<7} {plain(finding.criterion)}: {value}{detail}"
