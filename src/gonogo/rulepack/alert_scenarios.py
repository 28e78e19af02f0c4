"""Unit tests of alerts: each alert fires after its violation has lasted, and does not fire without the violation.

The tests feed recorded signals in as series.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from gonogo.durations import format_duration
from gonogo.model.condition import Comparison, Operator, parse_condition
from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.rule import Rule
from gonogo.model.series import METRIC_LABEL
from gonogo.rulepack.document import series_text, unit_test
from gonogo.rulepack.gates import PresetGate
from gonogo.rulepack.rules import BEAT, CONDITION, alerts, known_signals, required
from gonogo.rulepack.template import elsewhere, in_realm, kept_labels, number, source, subjects

_STEP = timedelta(minutes=1)
_SLOW_STEP = timedelta(minutes=15)
"""The step of the test that lasts a day: with a minute, promtool evaluates all alerts 1,440 times."""

_DAY = timedelta(days=1)
_VALUE = '{{ printf "%.4g" $value }}'
_Labels = Mapping[str, str]


def alert_tests(gate: PresetGate, policy: Policy, interval: timedelta) -> dict[str, dict[str, Any]]:
    """Return the test files of a gate's alerts, firing and quiet, by name, each without its ``rule_files``."""
    known = known_signals(policy, gate.signals(policy))
    tests: list[dict[str, Any]] = []
    slow: list[dict[str, Any]] = []
    for rule in alerts(gate, policy, interval):
        if CONDITION in rule.labels:
            tests += _violation(policy, known, rule)
        elif rule.expression.startswith("absent("):
            tests += _absence(policy, gate.name, known, rule)
        else:
            tests.append(_vanished(policy, rule))
            slow.append(_vanished_for_a_day(policy, rule))
    name = f"{gate.name}_alerts".replace("-", "_")
    return {
        name: {"evaluation_interval": format_duration(_STEP), "tests": tests},
        f"{name}_slow": {"evaluation_interval": format_duration(_SLOW_STEP), "tests": slow},
    }


def _violation(policy: Policy, known: Mapping[str, Signal], rule: Rule) -> Iterator[dict[str, Any]]:
    (comparison,) = (one for one in parse_condition(rule.labels[CONDITION]).terms if isinstance(one, Comparison))
    signal = known[comparison.signal]
    labels = _series(policy, signal)[0]
    near = _around(comparison, signal.range)
    bad = next(value for value in near if comparison.holds(value))
    good = next(value for value in near if not comparison.holds(value))
    fires = _after(rule.held)
    pending = [_expected(rule, fires - _STEP)] if rule.held else []
    alerting = _expected(rule, fires, _firing(rule, labels, bad))
    yield _test(f"{rule.name} fires at {bad!r}", [(labels, _steady(bad, fires))], *pending, alerting)
    inputs = [(labels, _steady(good, fires)), *_elsewhere(policy, labels, _steady(bad, fires))]
    yield _test(f"{rule.name} is quiet at {good!r}", inputs, _expected(rule, fires))


def _absence(policy: Policy, gate: str, known: Mapping[str, Signal], rule: Rule) -> Iterator[dict[str, Any]]:
    asked = dict.fromkeys(n for g in policy.gates if g.name == gate for n in required(g) if n in known)
    everything = [one for name in asked for one in _series(policy, known[name])]
    fires = _after(rule.held)
    points = _steady(1, fires)
    whole = [(one, points) for one in everything]
    yield _test(f"{rule.name} is quiet while all is there", whole, _expected(rule, fires))
    for name in asked:
        for each in known[name].each:
            lost = [one for one in _series(policy, known[name]) if each.items() <= one.items()]
            firing = _firing(rule, in_realm(policy, {**known[name].labels, **each}), 1)
            rest = [(one, points) for one in everything if one not in lost]
            expected = (_expected(rule, fires - _STEP), _expected(rule, fires, firing))
            yield _test(f"{rule.name} fires without {lost[0]}", rest, *expected)
            if len(lost) > 1 and BEAT not in known:
                beats = [in_realm(policy, one) for one in subjects(policy)]
                rest = [({METRIC_LABEL: f"{policy.prefix}_{BEAT}", **one}, points) for one in beats]
                rest += [(one, points) for one in everything if one != lost[-1]]
                kept = {label: lost[-1][label] for label in kept_labels(policy) if label in lost[-1]}
                one_fires = _expected(rule, fires, _firing(rule, kept, 1))
                yield _test(f"{rule.name} fires for one subject without {lost[-1]}", rest, one_fires)


def _vanished(policy: Policy, rule: Rule) -> dict[str, Any]:
    lasted = 10
    fires = _after(rule.held) + lasted * _STEP
    inputs, gone = _beats_until(policy, lasted, fires, _STEP)
    quiet = (_expected(rule, at) for at in (_STEP * (lasted - 1), fires - _STEP))
    alerting = _expected(rule, fires, _firing(rule, gone, 1))
    return _test(f"{rule.name} fires for a source that was there", inputs, *quiet, alerting)


def _vanished_for_a_day(policy: Policy, rule: Rule) -> dict[str, Any]:
    lasted = 2
    last = _DAY + lasted * _SLOW_STEP
    inputs, gone = _beats_until(policy, lasted, last, _SLOW_STEP)
    alerting = _expected(rule, _DAY, _firing(rule, gone, 1))
    name = f"{rule.name} fires for a day for a source that was there"
    return _test(name, inputs, alerting, _expected(rule, last), step=_SLOW_STEP)


def _beats_until(
    policy: Policy, lasted: int, last: timedelta, step: timedelta
) -> tuple[list[tuple[_Labels, str]], _Labels]:
    """Return the beats of all subjects, and the labels of the first: its beats end after ``lasted`` points."""
    metric = {METRIC_LABEL: f"{policy.prefix}_{BEAT}"}
    gone, *others = (source(policy, {"via": policy.heartbeat.read, **one}) for one in subjects(policy))
    points = f"1+0x{lasted - 1} stale _x{last // step - lasted}"
    lost = {**metric, **gone}
    inputs = [(lost, points), *_elsewhere(policy, lost, points)]
    return inputs + [({**metric, **one}, _steady(1, last, step)) for one in others], gone


def _test(
    name: str, inputs: Iterable[tuple[_Labels, str]], *expected: dict[str, Any], step: timedelta = _STEP
) -> dict[str, Any]:
    series = ((series_text(labels), points) for labels, points in inputs)
    return unit_test(name, format_duration(step), series, alert_rule_test=expected)


def _expected(rule: Rule, at: timedelta, *firing: dict[str, Any]) -> dict[str, Any]:
    return {"eval_time": format_duration(at), "alertname": rule.name, "exp_alerts": list(firing)}


def _steady(value: float, until: timedelta, step: timedelta = _STEP) -> str:
    return f"{number(value)}+0x{until // step}"


def _elsewhere(policy: Policy, labels: _Labels, points: str) -> list[tuple[_Labels, str]]:
    """Return the series of another realm, which no rule of the policy may read; none if there is no realm."""
    return [] if policy.realm is None else [(elsewhere(labels), points)]


def _series(policy: Policy, signal: Signal) -> list[_Labels]:
    """Return the labels of every series that the policy expects of a signal."""
    of = subjects(policy) if signal.scope is Scope.SUBJECT else ({},)
    own = {METRIC_LABEL: signal.metric, **signal.labels}
    return [in_realm(policy, {**own, **each, **subject}) for each in signal.each for subject in of]


def _firing(rule: Rule, labels: _Labels, value: float) -> dict[str, Any]:
    """Return the alert that a series with these labels and this value raises."""
    own = {label: text for label, text in labels.items() if label != METRIC_LABEL}
    annotations = {name: text.replace(_VALUE, f"{value:.4g}") for name, text in rule.annotations.items()}
    return {"exp_labels": {**own, **rule.labels}, "exp_annotations": annotations}


def _after(held: timedelta) -> timedelta:
    """Return the first evaluation at which a condition that was always true has lasted for ``held``."""
    return max(-(-held // _STEP), 1) * _STEP


def _around(comparison: Comparison, meant: ValueRange) -> tuple[float, ...]:
    """List the bound and its neighbours: for ``==`` and ``!=`` whole numbers in the possible range."""
    bound = comparison.bound
    whole = (bound - 1, bound + 1) if comparison.op in {Operator.EQ, Operator.NE} else ()
    near = (math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf))
    return (bound, *(value for value in whole if value in meant), *near)
