"""Prints a dry run as text: its steps, the watch as a table, the certificate, the abort."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.journal.runs import Run
from gonogo.model.columns import columns, cut, padded
from gonogo.model.outcome import GateOutcome, JudgedCondition, Outcome
from gonogo.model.plain import one_line, plain
from gonogo.model.progress import Progress
from gonogo.model.verdict import SubjectVerdict
from gonogo.promql.matchers import label
from gonogo.verdict.core.certify import Certificate, CriterionResult
from gonogo.verdict.core.watch import Abort, WatchStep

SHOWN_ROWS = 20
"""The largest number of rows of a picture on a terminal. Gates that pass are left out first."""

WIDEST = 40
"""The number of columns of a gate's name that are shown."""

LOG_LINES = 20
"""The number of lines that a log gets from a watch without any change."""


@dataclass(frozen=True, slots=True)
class WatchView:
    """The progress of a watch: its newest step, the number of that step, the time so far, and the time in all."""

    step: WatchStep
    number: int
    elapsed: timedelta
    duration: timedelta


def run_text(run: Run) -> str:
    """Return the outcome of a step as a line."""
    return f"{run.outcome:<7} {run.kind}: {plain(run.detail)} ({run.seconds:.1f} s)"


def watch_line(view: WatchView) -> str:
    """Return a line for a log: the time, the verdict, and the gates that do not pass."""
    judgement = view.step.judgement
    bad = [
        f"{_of(subject)}{gate.gate} {gate.outcome}"
        for subject in judgement.subjects
        for gate in subject.gates
        if gate.outcome is not Outcome.PASS
    ]
    listed = f": {', '.join(bad[:SHOWN_ROWS])}" if bad else ""
    return plain(f"{_clock(view)}  {judgement.verdict}{listed}")


class WatchReports:
    """Makes the report of each step of a watch."""

    def __init__(self) -> None:
        """Begin a watch."""
        self._logged = ""
        self._logged_at = timedelta(0)

    def of(self, view: WatchView) -> Progress:
        """Return a picture of the step. It has a line for a log if the watch changed, or if the last line is old."""
        line = watch_line(view)
        state = line.partition("  ")[2]
        if state == self._logged and view.elapsed - self._logged_at < view.duration / LOG_LINES:
            return Progress(watch_picture(view))
        self._logged, self._logged_at = state, view.elapsed
        return Progress(watch_picture(view), log=line)


def watch_picture(view: WatchView) -> str:
    """Return the verdict, the time, and a row for each gate: its outcome and the check that decided it."""
    rows = _rows(view)
    width = min(WIDEST, max((columns(gate) for _, gate, _ in rows), default=0))
    title = f"{view.step.judgement.verdict}  watched {_clock(view)}, step {view.number}"
    lines = (
        f"  {outcome:<7} {padded(cut(gate, width), width)}  {evidence}".rstrip() for outcome, gate, evidence in rows
    )
    return "\n".join([title, *lines])


def _rows(view: WatchView) -> list[tuple[str, str, str]]:
    """Return outcome, gate and evidence of each gate. If rows must go, bad ones stay."""
    rows = [
        (gate.outcome, f"{_of(subject)}{gate.gate}", _evidence(gate))
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


def _of(subject: SubjectVerdict) -> str:
    labels = ",".join(f"{label(name)}={value}" for name, value in subject.labels.items())
    return f"{labels} " if labels else ""


def _evidence(gate: GateOutcome) -> str:
    return (
        _check(next((check for check in gate.checks if check.outcome is gate.outcome), gate.checks[0]))
        if gate.checks
        else ""
    )


def _check(check: JudgedCondition) -> str:
    reason = f"[{check.doubts[0].reason}] " if check.doubts else ""
    return f"{reason}{check.detail}"


def _finding(finding: CriterionResult) -> str:
    value = "unknown" if finding.value is None else f"{finding.value:.6g}"
    detail = f" ({plain(finding.detail)})" if finding.detail else ""
    return f"  {finding.outcome:<7} {plain(finding.criterion)}: {value}{detail}"
