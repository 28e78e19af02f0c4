"""What a condition can come to, and why it could not be known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """Kleene's three values."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


class Reason(StrEnum):
    """Why a condition is UNKNOWN, in the order in which one is named first.

    The meanings are those of ``docs/reasons.md``; the order of the members is the
    order of precedence.
    """

    UNREACHABLE = "unreachable"
    PARTIAL = "partial"
    WRONG_REALM = "wrong-realm"
    ABSENT = "absent"
    AMBIGUOUS = "ambiguous"
    SELF_REFERENTIAL = "self-referential"
    SYNTHETIC = "synthetic"
    DUPLICATE_RULE = "duplicate-rule"
    DRIFTED = "drifted"
    RULE_UNHEALTHY = "rule-unhealthy"
    SOURCE_DOWN = "source-down"
    SOURCE_UNKNOWN = "source-unknown"
    PUSH_STALE = "push-stale"
    FUTURE = "future"
    STALE = "stale"
    HISTOGRAM = "histogram"
    NOT_FINITE = "not-finite"
    OUT_OF_RANGE = "out-of-range"
    GAPPY = "gappy"
    NO_RECORD = "no-record"


PRECEDENCE = {reason: place for place, reason in enumerate(Reason)}
"""Each reason's place in the order of precedence, 0 named first."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason why something is unknown, with a sentence that ends in what would turn it."""

    reason: Reason
    detail: str


def in_order(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Sort doubts by precedence, keeping the first of each reason."""
    first: dict[Reason, Doubt] = {}
    for doubt in doubts:
        first.setdefault(doubt.reason, doubt)
    return tuple(sorted(first.values(), key=lambda doubt: PRECEDENCE[doubt.reason]))


@dataclass(frozen=True, slots=True)
class JudgedCondition:
    """One condition judged for one subject, with the evidence it was judged from.

    ``value`` is that of the newest sample (``None`` where there is none, or it is
    not finite: then ``detail`` has its text), ``sampled_at`` its unix time,
    ``age_seconds`` how long before the server's now. ``terms`` holds the parts of a
    condition with ``or``.
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


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """A gate judged for one subject; ``warnings`` never change the outcome."""

    gate: str
    outcome: Outcome
    checks: tuple[JudgedCondition, ...]
    warnings: tuple[JudgedCondition, ...] = field(default=())


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Kleene's conjunction; of nothing at all it is UNKNOWN, for nothing was proved."""
    seen = set(outcomes)
    if Outcome.FAIL in seen:
        return Outcome.FAIL
    return Outcome.PASS if seen == {Outcome.PASS} else Outcome.UNKNOWN


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Kleene's disjunction; of nothing at all it is UNKNOWN."""
    seen = set(outcomes)
    if Outcome.PASS in seen:
        return Outcome.PASS
    return Outcome.FAIL if seen == {Outcome.FAIL} else Outcome.UNKNOWN
