"""Unit tests of alerts: each alert fires after its violation has lasted, and does not fire without the violation.

The tests feed recorded signals in as series.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from gonogo.model.condition import Comparison, Operator, parse_condition
from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.rule import Rule, RuleKind
from gonogo.model.scenario import Firing, Input, Point, Scenario, ScenarioAlert, ScenarioFile
from gonogo.model.series import METRIC_LABEL
from gonogo.rulepack.alert import BEAT, CONDITION, VALUE, known_signals, required
from gonogo.rulepack.expression import metric_name
from gonogo.rulepack.scenarios.feed import elsewhere, fed, in_realm, kept, source, steady, subjects

_STEP = timedelta(minutes=1)
_DAY = timedelta(days=1)
_Fed = tuple[Mapping[str, str], ...]
"""The labels of series, with the metric name among them."""


def alert_tests(policy: Policy, gate: str, signals: tuple[Signal, ...], rules: tuple[Rule, ...]) -> ScenarioFile:
    """Return the tests of a gate's alerts, firing and quiet."""
    scenarios: list[Scenario] = []
    for rule in rules:
        if CONDITION in rule.labels:
            scenarios += _violation(policy, known_signals(policy, signals), rule)
        elif rule.expression.startswith("absent("):
            scenarios += _absence(policy, gate, known_signals(policy, signals), rule)
        else:
            scenarios += _vanished(policy, rule)
    return ScenarioFile(f"{gate}_alerts".replace("-", "_"), RuleKind.ALERT, _STEP, tuple(scenarios))


def _violation(policy: Policy, known: Mapping[str, Signal], rule: Rule) -> Iterator[Scenario]:
    terms = parse_condition(rule.labels[CONDITION]).terms
    comparison = next(term for term in terms if isinstance(term, Comparison))
    signal = known[comparison.signal]
    labels = _series(policy, signal)[0]
    bad, good = _violating(comparison, signal.range), _complying(comparison, signal.range)
    fires = _after(rule.held)
    expected = ScenarioAlert(rule.name, fires, (_firing(rule, labels, bad),))
    pending = (ScenarioAlert(rule.name, fires - _STEP),) if rule.held else ()
    yield _scenario(f"{rule.name} fires at {bad!r}", (labels,), bad, fires, *pending, expected)
    quiet = _scenario(f"{rule.name} is quiet at {good!r}", (labels,), good, fires, ScenarioAlert(rule.name, fires))
    others = elsewhere(policy, *(replace(one, points=steady(bad, len(one.points))) for one in quiet.inputs))
    yield replace(quiet, inputs=(*quiet.inputs, *others))


def _absence(policy: Policy, gate: str, known: Mapping[str, Signal], rule: Rule) -> Iterator[Scenario]:
    asked = dict.fromkeys(n for g in policy.gates if g.name == gate for n in required(g) if n in known)
    everything = tuple(one for name in asked for one in _series(policy, known[name]))
    fires = _after(rule.held)
    yield _scenario(f"{rule.name} is quiet while all is there", everything, 1, fires, ScenarioAlert(rule.name, fires))
    for name in asked:
        for each in known[name].each:
            lost = [one for one in _series(policy, known[name]) if each.items() <= one.items()]
            rest = tuple(one for one in everything if one not in lost)
            firing = _firing(rule, in_realm(policy, {**known[name].labels, **each}), 1)
            expected = (ScenarioAlert(rule.name, fires - _STEP), ScenarioAlert(rule.name, fires, (firing,)))
            yield _scenario(f"{rule.name} fires without {lost[0]}", rest, 1, fires, *expected)
            if len(lost) > 1 and BEAT not in known:
                yield _silent_subject(policy, rule, everything, lost[-1])


def _silent_subject(policy: Policy, rule: Rule, everything: _Fed, lost: Mapping[str, str]) -> Scenario:
    beating = tuple({METRIC_LABEL: metric_name(policy, BEAT), **in_realm(policy, one)} for one in subjects(policy))
    rest = tuple(one for one in everything if one != lost)
    fires = _after(rule.held)
    expected = ScenarioAlert(rule.name, fires, (_firing(rule, kept(policy, lost), 1),))
    return _scenario(f"{rule.name} fires for one subject without {lost}", (*beating, *rest), 1, fires, expected)


def _vanished(policy: Policy, rule: Rule) -> Iterator[Scenario]:
    gone, *others = (source(policy, {"via": policy.heartbeat.read, **one}) for one in subjects(policy))
    lasted = 10
    fires = _after(rule.held) + lasted * _STEP
    last = _DAY + fires
    count = last // _STEP + 1
    points: tuple[Point, ...] = (*steady(1, lasted), "stale", *(None,) * (count - lasted - 1))
    lost = fed(policy, BEAT, gone, points)
    kept_up = (fed(policy, BEAT, one, steady(1, count)) for one in others)
    quiet = (ScenarioAlert(rule.name, _STEP * (lasted - 1)), ScenarioAlert(rule.name, fires - _STEP))
    firing = (_firing(rule, gone, 1),)
    told = (ScenarioAlert(rule.name, at, firing) for at in (fires, _DAY - _STEP))
    alerts = (*quiet, *told, ScenarioAlert(rule.name, last))
    inputs = (lost, *elsewhere(policy, lost), *kept_up)
    yield Scenario(f"{rule.name} fires for a day for a source that was there", _STEP, inputs, alerts=alerts)


def _scenario(name: str, series: _Fed, number: float, until: timedelta, *alerts: ScenarioAlert) -> Scenario:
    points = steady(number, until // _STEP + 1)
    return Scenario(name, _STEP, tuple(Input(labels, points) for labels in series), alerts=alerts)


def _series(policy: Policy, signal: Signal) -> _Fed:
    """Return the labels of every series that the policy expects of a signal."""
    of = subjects(policy) if signal.scope is Scope.SUBJECT else ({},)
    own = {METRIC_LABEL: signal.metric, **signal.labels}
    return tuple(in_realm(policy, {**own, **each, **subject}) for each in signal.each for subject in of)


def _firing(rule: Rule, labels: Mapping[str, str], number: float) -> Firing:
    """Return the alert that a series with these labels and this value raises."""
    own = {label: text for label, text in labels.items() if label != METRIC_LABEL}
    annotations = {name: text.replace(VALUE, f"{number:.4g}") for name, text in rule.annotations.items()}
    return Firing({**own, **rule.labels}, annotations)


def _after(held: timedelta) -> timedelta:
    """Return the first evaluation at which a condition that was always true has lasted for ``held``."""
    return max(-(-held // _STEP), 1) * _STEP


def _violating(comparison: Comparison, meant: ValueRange) -> float:
    """Return the number nearest to the bound at which the comparison is true."""
    return next(number for number in _around(comparison, meant) if comparison.holds(number))


def _complying(comparison: Comparison, meant: ValueRange) -> float:
    """Return the number nearest to the bound at which the comparison is false."""
    return next(number for number in _around(comparison, meant) if not comparison.holds(number))


def _around(comparison: Comparison, meant: ValueRange) -> tuple[float, ...]:
    """List the bound and its neighbours: for ``==`` and ``!=`` whole numbers in the possible range."""
    bound = comparison.bound
    whole = (bound - 1, bound + 1) if comparison.op in {Operator.EQ, Operator.NE} else ()
    near = (math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf))
    return (bound, *(number for number in whole if number in meant), *near)
