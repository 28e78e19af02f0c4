"""Prints a report as JSON, schema ``gonogo/verdict/v1``, for programs that read verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from gonogo.formats.document import document
from gonogo.model.outcome import GateOutcome, JudgedCondition
from gonogo.model.report import Report
from gonogo.model.verdict import SubjectVerdict

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
        "subjects": [_subject(subject) for subject in judgement.subjects],
    }


@lru_cache(maxsize=1024)  # series that were scraped together share their times
def timestamp(at: float) -> str:
    """Return unix seconds as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _subject(subject: SubjectVerdict) -> Mapping[str, object]:
    return {"labels": subject.labels, "verdict": subject.verdict, "gates": [_gate(gate) for gate in subject.gates]}


def _gate(gate: GateOutcome) -> Mapping[str, object]:
    return {
        "gate": gate.gate,
        "outcome": gate.outcome,
        "checks": [_check(check) for check in gate.checks],
        "warnings": [_check(check) for check in gate.warnings],
    }


def _check(check: JudgedCondition) -> Mapping[str, object]:
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
        value["terms"] = [_check(term) for term in check.terms]
    return value
