"""Finds parts of a policy that contradict each other. A check of single keys cannot find them."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, field

from gonogo.durations import format_duration
from gonogo.model.condition import Comparison, Mean, Operator, Share, Term
from gonogo.model.policy import PlacedCondition, Policy, Role, Signal, ValueRange
from gonogo.model.series import REALM_LABEL
from gonogo.policy.complaints import Loc, PolicyFinding, PolicySeverity, did_you_mean
from gonogo.policy.schema import PolicyKeys, StabilityKeys, WeightKeys

WEIGHTS_TOLERANCE = 1e-9
"""The greatest distance between the sum of the weights and 1: the rounding error of decimal fractions."""


def inconsistencies(keys: PolicyKeys, policy: Policy, excused: Callable[[str], bool]) -> Iterator[PolicyFinding]:
    """Yield the contradictions of checked keys and the policy that was built from them.

    ``excused`` returns True for signals that only seem undeclared, because their declaration has a mistake of its own.
    """
    yield from _undeclared(policy, excused)
    yield from _repeated(("slos",), [slo.name for slo in keys.slos or ()], "name")
    yield from _repeated(("subjects",), list(keys.subjects or ()))
    yield from _repeated(("runs", "required"), list(keys.runs.required or ()))
    yield from _weights(keys.stability)
    yield from _realm_labels(keys, policy)


_OR_DROP: Mapping[str | int, str] = {"dry_run": ", or leave this criterion out of dry_run.certify"}


def _undeclared(policy: Policy, excused: Callable[[str], bool]) -> Iterator[PolicyFinding]:
    read = [(placed.loc, placed.condition.signals) for placed in policy.conditions()]
    read += [(("dry_run", "certify", at), criterion.signals) for at, criterion in enumerate(policy.dry_run.certify)]
    for loc, names in read:
        for name in names:
            if name not in policy.signals and not excused(name):
                hint = did_you_mean(name, policy.signals) or f"declare it under signals{_OR_DROP.get(loc[0], '')}"
                yield _error("undeclared-signal", loc, f"there is no signal {name!r}", hint)


def _repeated(loc: Loc, entries: Sequence[Hashable], *inner: str) -> Iterator[PolicyFinding]:
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            yield _error("repeated", (*loc, place, *inner), f"{entry!r} is listed twice", "keep one of them")


def _weights(keys: StabilityKeys | None) -> Iterator[PolicyFinding]:
    if keys is None:
        return
    weights = keys.weights.model_dump()
    missing = [name for name, weight in weights.items() if weight is None]
    loc: Loc = ("stability", "weights")
    if missing:
        yield _error(
            "weights", loc, f"{' and '.join(missing)} missing: give all of {', '.join(WeightKeys.model_fields)}"
        )
    elif abs((total := math.fsum(weights.values())) - 1) > WEIGHTS_TOLERANCE:
        yield _error("weights", loc, f"the weights sum to {total:.10g}, not to 1")


def _realm_labels(keys: PolicyKeys, policy: Policy) -> Iterator[PolicyFinding]:
    if policy.realm is None:
        return
    hint = "only the key realm sets this label"
    for place, label in enumerate(keys.subjects or ()):
        if label == REALM_LABEL:
            yield _error("realm-label", ("subjects", place), "the label of the realm cannot name subjects", hint)
    for name, signal in (keys.signals or {}).items():
        if signal is not None and REALM_LABEL in (signal.labels or {}):
            yield _error(
                "realm-label",
                ("signals", name, "labels", REALM_LABEL),
                "a signal cannot set the label of the realm",
                hint,
            )


def _error(check: str, loc: Loc, message: str, next_step: str = "") -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.ERROR, loc, message, next_step)


_BURN = "error_budget_burn_"
SAMPLES_IN_A_WINDOW = 2
"""The least number of evaluations in the window of a condition."""


class Intervals(Struct, frozen=True):
    """The intervals that a policy must fit, as far as they are known.

    Attributes:
        scrape: the interval of the scrapes of the heartbeat.
        evaluation: the longest interval at which a rule of the policy's files is evaluated.
        recording: recorded metric -> the longest interval of the groups that record it.
    """

    scrape: timedelta | None = None
    evaluation: timedelta | None = None
    recording: Mapping[str, timedelta] = field(default_factory=dict)


def condition_findings(policy: Policy, intervals: Intervals) -> tuple[PolicyFinding, ...]:
    """Return thresholds that never hold or always hold, and windows with fewer than two evaluations."""
    found: list[PolicyFinding] = []
    for placed in policy.every_condition():
        for term in placed.condition.terms:
            found += _term(policy, placed, term, intervals)
    found += _criteria(policy)
    found += _silent_gates(policy)
    return tuple(found)


def _term(policy: Policy, placed: PlacedCondition, term: Term, intervals: Intervals) -> Iterator[PolicyFinding]:
    if (signal := policy.signals.get(term.signal)) is None:
        return
    every = signal.interval or intervals.recording.get(signal.metric)
    if every is not None and term.window is not None and term.window < SAMPLES_IN_A_WINDOW * every:
        rule = "" if signal.is_evaluated else "the rule that records "
        message = (
            f"{format_duration(term.window)} is shorter than two evaluations of {rule}{term.signal}, "
            f"one every {format_duration(every)}"
        )
        how = "shorten its interval" if signal.is_evaluated else "evaluate the rule more often"
        step = f"use at least {format_duration(SAMPLES_IN_A_WINDOW * every)}, or {how}"
        yield PolicyFinding("window-lt-2x-interval", PolicySeverity.ERROR, placed.loc, message, step)
    if isinstance(term, Comparison):
        yield from _comparison(policy, placed, term)


def _comparison(policy: Policy, placed: PlacedCondition, term: Comparison) -> Iterator[PolicyFinding]:
    signal = policy.signals[term.signal]
    if term.bound not in signal.range:
        message = f"{term.bound:g} is outside the range of {signal.name}, {signal.range}"
        yield PolicyFinding(
            "threshold-out-of-range", PolicySeverity.ERROR, placed.loc, message, "use a number in the range"
        )
        return
    reached = tuple(_highest(policy, signal))
    dead = [(high, why) for high, why in reached if term.bound > high]
    for high, why in dead[:1]:
        severity = PolicySeverity.ERROR if len(dead) == len(reached) else PolicySeverity.WARNING
        message = f"{signal.name} is at most {high:g} ({why}), so it never reaches {term.bound:g}"
        yield PolicyFinding(
            "threshold-unreachable", severity, placed.loc, message, "use a number that the signal can reach"
        )
    if not dead:
        yield from _decided(placed, term, signal.range)


def _highest(policy: Policy, signal: Signal) -> Iterator[tuple[float, str]]:
    """Yield the highest value of each series of a signal, and the reason, where the policy limits the value.

    A burn rate is at most 1 / (1 - objective): then every event is bad. Source: *The Site
    Reliability Workbook*, chapter 5. A window holds at most ⌊window / every⌋ + 1 beats.
    """
    heartbeat = policy.heartbeat
    if signal.name.startswith(_BURN):
        objectives = {slo.name: slo.objective for slo in policy.slos}
        for slo in (labels.get("slo", "") for labels in signal.each):
            if (objective := objectives.get(slo)) is not None:
                yield 1 / (1 - objective), f"the objective {objective:g} of {slo}"
    elif signal.name == f"heartbeat_changes_{heartbeat.window_name}":
        yield heartbeat.window // heartbeat.every + 1, f"beats every {heartbeat.every.total_seconds():g}s"


def _always(comparison: Comparison, values: ValueRange) -> bool:
    """Return whether a comparison holds for every value in a range."""
    if comparison.op is Operator.NE:
        return comparison.bound not in values
    return comparison.holds(values.low) and comparison.holds(values.high)


def _never(comparison: Comparison, values: ValueRange) -> bool:
    """Return whether a comparison holds for no value in a range."""
    if comparison.op is Operator.EQ:
        return comparison.bound not in values
    return not (comparison.holds(values.low) or comparison.holds(values.high))


def _decided(placed: PlacedCondition, term: Comparison, values: ValueRange) -> Iterator[PolicyFinding]:
    if _never(term, values):
        message = f"{term.signal} is in {values}, so it is never {term.op} {term.bound:g}"
        yield PolicyFinding(
            "never-holds", PolicySeverity.ERROR, placed.loc, message, "use a number that some values meet"
        )
    elif _always(term, values):
        message = (
            f"{term.signal} is in {values}, so it is always {term.op} {term.bound:g}: any sample meets the condition"
        )
        severity = PolicySeverity.WARNING if placed.role is Role.REQUIRE else PolicySeverity.ERROR
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
