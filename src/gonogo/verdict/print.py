"""Prints a report as text: the verdict is the first word, then comes the evidence, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gonogo.model.outcome import GateOutcome, JudgedCondition, Outcome
from gonogo.model.plain import one_line
from gonogo.model.report import Report
from gonogo.model.verdict import SubjectVerdict, Verdict
from gonogo.promql.matchers import label
from gonogo.verdict.print_json import timestamp

SHOWN_SUBJECTS = 20
"""The number of subjects that are printed. The rest is counted. JSON has all subjects."""


def report_text(report: Report) -> str:
    """Return the report as text that ends in a line feed."""
    return "\n".join(_lines(report)) + "\n"


def headline(report: Report) -> str:
    """Return the verdict and its reason in one line."""
    judgement = report.judgement
    where = f"by {one_line(report.policy_path)} on {one_line(report.source_url)} at {timestamp(judgement.at)}"
    why = _why(judgement.subjects)
    return f"{judgement.verdict} {where}{why}"


def _why(subjects: tuple[SubjectVerdict, ...]) -> str:
    bad = [gate for subject in subjects for gate in subject.gates if gate.outcome is not Outcome.PASS]
    if not bad:
        return ": every gate passes"
    failed = sorted({gate.gate for gate in bad if gate.outcome is Outcome.FAIL})
    unknown = sorted({gate.gate for gate in bad if gate.outcome is Outcome.UNKNOWN})
    parts = [f"{word} {', '.join(gates)}" for word, gates in (("failed", failed), ("unknown", unknown)) if gates]
    return f": {'; '.join(parts)}"


def _lines(report: Report) -> Iterator[str]:
    yield headline(report)
    skew = report.clock_skew_seconds
    if skew is not None and abs(skew) > 1:
        yield f"  the server's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's clock"
    subjects = report.judgement.subjects
    ordered = sorted(subjects, key=lambda s: list(Verdict).index(s.verdict), reverse=True)
    for subject in ordered[:SHOWN_SUBJECTS]:
        yield from _subject(subject, named=bool(subject.labels))
    if len(ordered) > SHOWN_SUBJECTS:
        left = Counter(str(subject.verdict) for subject in ordered[SHOWN_SUBJECTS:])
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(left.items()))
        yield f"  and {len(ordered) - SHOWN_SUBJECTS} more subjects: {counts} (--format json shows all)"


def _subject(subject: SubjectVerdict, *, named: bool) -> Iterator[str]:
    if named:
        labels = ", ".join(f"{label(name)}={value}" for name, value in subject.labels.items())
        yield f"  {subject.verdict} {one_line(labels)}"
    for gate in subject.gates:
        yield from _gate(gate)


def _gate(gate: GateOutcome) -> Iterator[str]:
    yield f"  {gate.outcome:<7} {one_line(gate.gate)}"
    for check in gate.checks:
        yield f"          {_check(check)}"
    for warning in gate.warnings:
        yield f"          warning: {one_line(warning.condition)}: {one_line(warning.detail)}"


def _check(check: JudgedCondition) -> str:
    reasons = f" [{', '.join(doubt.reason for doubt in check.doubts)}]" if check.doubts else ""
    age = f", {check.age_seconds:.0f} s old" if check.age_seconds is not None and not check.doubts else ""
    return f"{check.outcome:<7} {one_line(check.condition)}{reasons}: {one_line(check.detail)}{age}"
