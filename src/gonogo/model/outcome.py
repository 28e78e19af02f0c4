"""The outcomes of a condition, and the reasons why an outcome is UNKNOWN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field


class Outcome(StrEnum):
    """The three truth values of Kleene's logic."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


class Reason(StrEnum):
    """The reasons why a condition is UNKNOWN, in their order of precedence.

    ``docs/reasons.md`` has the meaning of each. If a condition has several reasons,
    the first of them in this order is named first.
    """

    UNREACHABLE = "unreachable"
    PARTIAL = "partial"
    WRONG_REALM = "wrong-realm"
    ABSENT = "absent"
    AMBIGUOUS = "ambiguous"
    SELF_REFERENTIAL = "self-referential"
    SYNTHETIC = "synthetic"
    DUPLICATE_RULE = "duplicate-rule"
    FOREIGN = "foreign"
    DRIFTED = "drifted"
    RULE_UNHEALTHY = "rule-unhealthy"
    SOURCE_DOWN = "source-down"
    SOURCE_UNKNOWN = "source-unknown"
    SOURCE_SILENT = "source-silent"
    SOURCE_STALE = "source-stale"
    PUSH_STALE = "push-stale"
    FUTURE = "future"
    STALE = "stale"
    HISTOGRAM = "histogram"
    NOT_FINITE = "not-finite"
    OUT_OF_RANGE = "out-of-range"
    GAPPY = "gappy"
    NO_RECORD = "no-record"


PRECEDENCE = {reason: place for place, reason in enumerate(Reason)}
"""Reason -> its place in the order of precedence; 0 is named first."""


class Doubt(Struct, frozen=True):
    """A reason why a condition is UNKNOWN, with a sentence that ends in the next step."""

    reason: Reason
    detail: str


def in_order(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Return the doubts sorted by precedence, with the first doubt of each reason only."""
    first: dict[Reason, Doubt] = {}
    for doubt in doubts:
        first.setdefault(doubt.reason, doubt)
    return tuple(sorted(first.values(), key=lambda doubt: PRECEDENCE[doubt.reason]))


def named(doubts: Sequence[Doubt]) -> str:
    """Return the reasons of doubts in brackets, such as ``[absent, drifted]``; nothing without doubts."""
    return f"[{', '.join(doubt.reason for doubt in doubts)}]" if doubts else ""


class JudgedCondition(Struct, frozen=True):
    """A condition judged for one subject, with the evidence.

    ``value`` is the value of the newest sample. It is ``None`` if there is no sample, or if
    the value is not finite; then ``detail`` has the text of the value. ``sampled_at`` is the
    unix time of the sample, ``age_seconds`` its age by the server's clock. ``terms`` has the
    parts of a condition with ``or``.
    """

    condition: str
    outcome: Outcome
    doubts: tuple[Doubt, ...] = ()
    detail: str = ""
    value: float | None = None
    sampled_at: float | None = None
    age_seconds: float | None = None
    series: Mapping[str, str] | None = None
    provenance: tuple[str, ...] = ()
    terms: tuple[JudgedCondition, ...] = ()


class GateOutcome(Struct, frozen=True):
    """A gate judged for one subject. The ``warnings`` never change the outcome."""

    gate: str
    outcome: Outcome
    checks: tuple[JudgedCondition, ...]
    warnings: tuple[JudgedCondition, ...] = field(default=())


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Return Kleene's conjunction. Without any outcome it is UNKNOWN, because nothing was proved."""
    seen = set(outcomes)
    if Outcome.FAIL in seen:
        return Outcome.FAIL
    return Outcome.PASS if seen == {Outcome.PASS} else Outcome.UNKNOWN


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Return Kleene's disjunction. Without any outcome it is UNKNOWN."""
    seen = set(outcomes)
    if Outcome.PASS in seen:
        return Outcome.PASS
    return Outcome.FAIL if seen == {Outcome.FAIL} else Outcome.UNKNOWN
