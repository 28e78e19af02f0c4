"""Policy lint of thresholds: the signal must be able to reach the number that a condition compares with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.condition import Comparison, Condition, Mean, Operator, Share, Term
from gonogo.model.policy import Policy, Signal, ValueRange
from gonogo.policy.complaints import Loc, PolicyFinding, PolicySeverity

_SLO = "slo"
_BURN = "error_budget_burn_"


@dataclass(frozen=True, slots=True)
class Reach:
    """The lowest and highest value of a series, and the cause of the highest if it is not the signal's range."""

    values: ValueRange
    because: str = ""


def reaches(policy: Policy, signal: Signal) -> Iterator[Reach]:
    """Yield the values that each series of a signal can reach: one ``Reach``, or one for each SLO.

    A burn rate is at most 1 / (1 - objective): then every event is bad. Source: *The Site
    Reliability Workbook*, chapter 5. A window holds at most ⌊window / every⌋ + 1 beats.
    """
    if signal.name.startswith(_BURN):
        objectives = {slo.name: slo.objective for slo in policy.slos}
        for labels in signal.each:
            if (objective := objectives.get(labels.get(_SLO, ""))) is not None:
                yield _up_to(signal, 1 / (1 - objective), f"the objective {objective:g} of {labels[_SLO]}")
        return
    if signal.name == f"heartbeat_changes_{policy.heartbeat.window_name}":
        beats = policy.heartbeat.window // policy.heartbeat.every + 1
        why = f"beats every {policy.heartbeat.every.total_seconds():g}s"
        yield _up_to(signal, beats, why)
        return
    yield Reach(signal.range)


def always(comparison: Comparison, values: ValueRange) -> bool:
    """Return whether a comparison holds for every value in a range."""
    return _ALWAYS[comparison.op](values, comparison.bound)


def never(comparison: Comparison, values: ValueRange) -> bool:
    """Return whether a comparison holds for no value in a range."""
    return _ALWAYS[_OPPOSITE[comparison.op]](values, comparison.bound)


def _up_to(signal: Signal, high: float, why: str) -> Reach:
    if high >= signal.range.high:
        return Reach(signal.range)
    return Reach(ValueRange(signal.range.low, high), why)


_OPPOSITE: Mapping[Operator, Operator] = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}
_ALWAYS: Mapping[Operator, Callable[[ValueRange, float], bool]] = {
    Operator.EQ: lambda values, bound: values.low == values.high == bound,
    Operator.NE: lambda values, bound: bound not in values,
    Operator.LT: lambda values, bound: values.high < bound,
    Operator.LE: lambda values, bound: values.high <= bound,
    Operator.GT: lambda values, bound: values.low > bound,
    Operator.GE: lambda values, bound: values.low >= bound,
}


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
