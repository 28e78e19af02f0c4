"""Prints a report as text: the verdict is the first word, then comes the evidence, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import starmap

from gonogo.formats.document import document
from gonogo.model.outcome import GateOutcome, JudgedCondition, Outcome, named
from gonogo.model.plain import one_line
from gonogo.model.verdict import Report, SubjectVerdict, Verdict
from gonogo.promql.matchers import label

SCHEMA = "gonogo/verdict/v1"


def report_json(report: Report) -> str:
    """Return the report as one indented JSON document that ends in a line feed."""
    return report_bytes(report).decode()


def report_bytes(report: Report) -> bytes:
    """Return the same document as UTF-8 bytes, for a pipe. The document of a fleet has nearly 100 MB."""
    return document(report_value(report), indented=True)


def report_value(report: Report) -> Mapping[str, object]:
    """Return the plain values of the document."""
    judgement = report.judgement
    return {
        "schema": SCHEMA,
        "verdict": judgement.verdict,
        "at": timestamp(judgement.at),
        "clock_skew_seconds": report.clock_skew_seconds,
        "realm": report.realm,
        "policy": {"path": report.policy_path, "sha256": report.policy_sha256},
        "source": {"url": report.source_url, "version": report.source_version},
        "subjects": [_subject_value(subject) for subject in judgement.subjects],
    }


@lru_cache(maxsize=1024)  # series that were scraped together share their times
def timestamp(at: float) -> str:
    """Return unix seconds as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _subject_value(subject: SubjectVerdict) -> Mapping[str, object]:
    return {
        "labels": subject.labels,
        "verdict": subject.verdict,
        "gates": [_gate_value(gate) for gate in subject.gates],
    }


def _gate_value(gate: GateOutcome) -> Mapping[str, object]:
    return {
        "gate": gate.gate,
        "outcome": gate.outcome,
        "checks": [_check_value(check) for check in gate.checks],
        "warnings": [_check_value(check) for check in gate.warnings],
    }


def _check_value(check: JudgedCondition) -> Mapping[str, object]:
    value: dict[str, object] = {
        "condition": check.condition,
        "outcome": check.outcome,
        "reason": check.doubts[0].reason if check.doubts else None,
        "reasons": [doubt.reason for doubt in check.doubts],
        "detail": check.detail,
        "value": check.value,
        "sampled_at": timestamp(check.sampled_at) if check.sampled_at is not None else None,
        "age_seconds": check.age_seconds,
        "series": check.series,
        "provenance": check.provenance,
    }
    if check.terms:
        value["terms"] = [_check_value(term) for term in check.terms]
    return value


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
    shared = _shared_causes(ordered[:SHOWN_SUBJECTS])
    for cause, gates in shared.items():
        counted = Counter(gates)
        where = f"in {len(counted)} gates" if len(counted) > 1 else f"for {len(gates)} subjects"
        yield f"  UNKNOWN {where}{cause}"
        yield f"          {'; '.join(starmap(_counted, counted.items()))}"
    for subject in ordered[:SHOWN_SUBJECTS]:
        yield from _subject(subject, shared)
    if len(ordered) > SHOWN_SUBJECTS:
        left = Counter(str(subject.verdict) for subject in ordered[SHOWN_SUBJECTS:])
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(left.items()))
        yield f"  and {len(ordered) - SHOWN_SUBJECTS} more subjects: {counts} (--format json shows all)"


def _counted(conditions: str, subjects: int) -> str:
    return conditions if subjects == 1 else f"{conditions} ({subjects} subjects)"


def _shared_causes(subjects: Iterable[SubjectVerdict]) -> Mapping[str, list[str]]:
    """Return each cause that makes conditions of several gates UNKNOWN, with these conditions by gate."""
    found: dict[str, list[str]] = {}
    for gate in (gate for subject in subjects for gate in subject.gates):
        for cause, conditions in _unknown(gate).items():
            found.setdefault(cause, []).append(f"{one_line(gate.gate)}: {'; '.join(conditions)}")
    return {cause: gates for cause, gates in found.items() if len(gates) > 1}


def _unknown(gate: GateOutcome) -> Mapping[str, list[str]]:
    """Return the UNKNOWN conditions of a gate by their causes."""
    found: dict[str, list[str]] = {}
    for check in gate.checks:
        if check.outcome is Outcome.UNKNOWN:
            found.setdefault(_cause(check), []).append(one_line(check.condition))
    return found


def _cause(check: JudgedCondition) -> str:
    return f" {named(check.doubts)}".rstrip() + f": {one_line(check.detail)}"


def _subject(subject: SubjectVerdict, shared: Container[str]) -> Iterator[str]:
    if subject.labels:
        labels = ", ".join(f"{label(name)}={value}" for name, value in subject.labels.items())
        yield f"  {subject.verdict} {one_line(labels)}"
    for gate in subject.gates:
        yield from _gate(gate, shared)


def _gate(gate: GateOutcome, shared: Container[str]) -> Iterator[str]:
    yield f"  {gate.outcome:<7} {one_line(gate.gate)}"
    unknown = {cause: conditions for cause, conditions in _unknown(gate).items() if cause not in shared}
    for check in gate.checks:
        cause = _cause(check)
        if check.outcome is not Outcome.UNKNOWN:
            seconds = check.age_seconds
            age = "" if seconds is None or check.doubts else f", {max(seconds, 0.0):.0f} s old"
            yield f"          {check.outcome:<7} {one_line(check.condition)}{cause}{age}"
        elif conditions := unknown.pop(cause, None):
            yield f"          {check.outcome:<7} {'; '.join(conditions)}{cause}"
    for warning in gate.warnings:
        yield f"          warning: {one_line(warning.condition)}: {one_line(warning.detail)}"
