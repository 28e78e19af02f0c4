"""Policy lint of thresholds: the signal must be able to reach the number that a condition compares with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.certificate import Mean, Share
from gonogo.model.condition import Comparison, Condition, Term
from gonogo.model.policy import Policy
from gonogo.model.signal import ValueRange
from gonogo.policy.complaints import Loc
from gonogo.policy.finding import PolicyFinding, PolicySeverity
from gonogo.policy.reach import Reach, always, never, reaches

SAMPLES_IN_A_WINDOW = 2
"""The least number of evaluations in the window of a condition."""
REQUIRE = "require"


@dataclass(frozen=True, slots=True)
class Placed:
    """A condition, its place in the policy, and the list of a gate that contains it (empty: no gate)."""

    condition: Condition
    loc: Loc
    role: str = ""


def conditions(policy: Policy) -> Iterator[Placed]:
    """Yield every condition of the policy with its place."""
    for gate in policy.gates:
        for role, listed in ((REQUIRE, gate.require), ("abort", gate.abort), ("warn", gate.warn)):
            for place, condition in enumerate(listed):
                yield Placed(condition, ("gates", gate.name, role, place), role)
    for place, criterion in enumerate(policy.dry_run.certify):
        if isinstance(criterion.statistic, Share):
            yield Placed(criterion.statistic.condition, ("dry_run", "certify", place))


def condition_findings(policy: Policy, *, evaluation: timedelta | None) -> tuple[PolicyFinding, ...]:
    """Return thresholds that never hold or always hold, and windows with fewer than two evaluations."""
    found: list[PolicyFinding] = []
    for placed in conditions(policy):
        for term in placed.condition.terms:
            found += _term(policy, placed, term, evaluation)
    found += _criteria(policy)
    found += _silent_gates(policy)
    return tuple(found)


def _term(policy: Policy, placed: Placed, term: Term, evaluation: timedelta | None) -> Iterator[PolicyFinding]:
    if evaluation is not None and term.window is not None and term.window < SAMPLES_IN_A_WINDOW * evaluation:
        message = (
            f"{format_duration(term.window)} is shorter than two evaluations, one every {format_duration(evaluation)}"
        )
        yield PolicyFinding("window-lt-2x-interval", PolicySeverity.ERROR, placed.loc, message, "use a longer window")
    if isinstance(term, Comparison) and term.signal in policy.signals:
        yield from _comparison(policy, placed, term)


def _comparison(policy: Policy, placed: Placed, term: Comparison) -> Iterator[PolicyFinding]:
    signal = policy.signals[term.signal]
    if term.bound not in signal.range:
        message = f"{term.bound:g} is outside the range of {signal.name}, {signal.range}"
        yield PolicyFinding(
            "threshold-out-of-range", PolicySeverity.ERROR, placed.loc, message, "use a number in the range"
        )
        return
    reached = tuple(reaches(policy, signal))
    dead = [reach for reach in reached if _dead(term, reach)]
    for reach in dead[:1]:
        severity = PolicySeverity.ERROR if len(dead) == len(reached) else PolicySeverity.WARNING
        message = (
            f"{signal.name} is at most {reach.values.high:g} ({reach.because}), so it never reaches {term.bound:g}"
        )
        yield PolicyFinding(
            "threshold-unreachable", severity, placed.loc, message, "use a number that the signal can reach"
        )
    if not dead:
        yield from _decided(placed, term, signal.range)


def _dead(term: Comparison, reach: Reach) -> bool:
    return bool(reach.because) and term.bound > reach.values.high


def _decided(placed: Placed, term: Comparison, values: ValueRange) -> Iterator[PolicyFinding]:
    if never(term, values):
        message = f"{term.signal} is in {values}, so it is never {term.op} {term.bound:g}"
        yield PolicyFinding(
            "never-holds", PolicySeverity.ERROR, placed.loc, message, "use a number that some values meet"
        )
    elif always(term, values):
        message = (
            f"{term.signal} is in {values}, so it is always {term.op} {term.bound:g}: any sample meets the condition"
        )
        severity = PolicySeverity.WARNING if placed.role == REQUIRE else PolicySeverity.ERROR
        yield PolicyFinding("always-holds", severity, placed.loc, message, "use a number that some values do not meet")


def _criteria(policy: Policy) -> Iterator[PolicyFinding]:
    for place, criterion in enumerate(policy.dry_run.certify):
        statistic = criterion.statistic
        values = ValueRange(0, 1) if isinstance(statistic, Share) else None
        if isinstance(statistic, Mean) and statistic.signal in policy.signals:
            values = policy.signals[statistic.signal].range
        if values is not None and criterion.bound.bound not in values:
            message = f"{criterion.bound.bound:g} is outside {values}"
            loc = ("dry_run", "certify", place)
            yield PolicyFinding(
                "threshold-out-of-range", PolicySeverity.ERROR, loc, message, "use a number in the range"
            )


def _silent_gates(policy: Policy) -> Iterator[PolicyFinding]:
    for gate in policy.gates:
        if not gate.require:
            message = "a gate without a condition under require proves nothing, and is always HOLD"
            yield PolicyFinding(
                "asks-nothing", PolicySeverity.WARNING, ("gates", gate.name), message, "add a condition"
            )
