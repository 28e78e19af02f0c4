"""The values that a signal can reach under a policy, and the result of a comparison with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gonogo.model.condition import Comparison, Operator
from gonogo.model.policy import Policy
from gonogo.model.signal import Signal, ValueRange

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
