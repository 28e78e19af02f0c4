"""Tests of the rule of V: a system at rest, each shortfall alone, all shortfalls at once, and a lost input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.rule import RuleKind
from gonogo.model.scenario import Input, Point, Scenario, ScenarioFile
from gonogo.rulepack.scenarios.feed import (
    STEP,
    count_until,
    counter,
    ended,
    fed,
    in_realm,
    infinite,
    just_after,
    once,
    rounded,
    source,
    steady,
    subjects,
)

_AT = just_after(timedelta(days=8))
_COUNT = count_until(_AT)
_WEEK = timedelta(days=7) // STEP
_HOUR = timedelta(hours=1) // STEP

_Inputs = Mapping[str, Mapping[str, tuple[Point, ...]]]
"""Weight -> metric -> points."""


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Test V at one time, after a week and a day of inputs."""
    del interval
    if not policy.weights:
        return ()
    scenarios = (*_values(policy), *_bounds(policy), _two_instances(policy), *_losses(policy))
    return (ScenarioFile("stability", RuleKind.RECORD, _AT, scenarios),)


def _at_rest(policy: Policy) -> _Inputs:
    return _chosen(
        policy,
        {
            "uptime": {_fresh(policy): steady(1, _COUNT)},
            "alerts": {"alert_rate_per_hour": steady(0, _COUNT)},
            "recovery": {"mttr_seconds": steady(0, _COUNT)},
            "rehearsals": {
                "dr_rehearsal_success_total": counter(3, _COUNT, start=10**6),
                "dr_rehearsal_failure_total": steady(10**6, _COUNT),
            },
            "throughput": {"ev_created_total": counter(1, _COUNT, start=10**6)},
        },
    )


def _halfway(policy: Policy) -> _Inputs:
    """Return inputs with half of each shortfall, and with a quarter of the throughput's: 3 events an hour."""
    return _chosen(
        policy,
        {
            "uptime": {_fresh(policy): (*steady(1, _COUNT - _HOUR // 2), *steady(0, _HOUR // 2))},
            "alerts": {"alert_rate_per_hour": steady(5, _COUNT)},
            "recovery": {"mttr_seconds": steady(300, _COUNT)},
            "rehearsals": {
                "dr_rehearsal_success_total": counter(2, _COUNT, start=10**6, reset_after=_COUNT // 2),
                "dr_rehearsal_failure_total": counter(2, _COUNT, start=10**6),
            },
            "throughput": {"ev_created_total": counter(0.25, _COUNT, start=10**6)},
        },
    )


def _at_worst(policy: Policy) -> _Inputs:
    return _chosen(
        policy,
        {
            "uptime": {_fresh(policy): steady(0, _COUNT)},
            "alerts": {"alert_rate_per_hour": steady(11, _COUNT)},
            "recovery": {"mttr_seconds": steady(601, _COUNT)},
            "rehearsals": {
                "dr_rehearsal_success_total": steady(10**6, _COUNT),
                "dr_rehearsal_failure_total": counter(1, _COUNT, start=10**6),
            },
            "throughput": {"ev_created_total": steady(10**6, _COUNT)},
        },
    )


def _values(policy: Policy) -> Iterator[Scenario]:
    rest, half, worst = _at_rest(policy), _halfway(policy), _at_worst(policy)
    yield _scenario(policy, "a system at rest has V = 0", rest, 0)
    for name, weight in policy.weights.items():
        share = 0.25 if name == "throughput" else 0.5
        yield _scenario(policy, f"{share} of the shortfall in {name}", {**rest, name: half[name]}, weight * share)
        yield _scenario(policy, f"all of the shortfall in {name}", {**rest, name: worst[name]}, weight)
    yield _scenario(policy, "all at its worst is the sum of the weights", worst, min(1, sum(policy.weights.values())))


def _bounds(policy: Policy) -> Iterator[Scenario]:
    rest, worst = _at_rest(policy), _at_worst(policy)
    if "uptime" in worst:
        nonsense = {**worst, "uptime": {_fresh(policy): steady(-1, _COUNT)}}
        v = min(1, sum(policy.weights.values()) + policy.weights["uptime"])
        yield _scenario(policy, "V is never above 1, even with nonsense as input", nonsense, v)
    if "rehearsals" in rest:
        few = {"dr_rehearsal_success_total": once(_COUNT, -1, 0.5), "dr_rehearsal_failure_total": steady(0, _COUNT)}
        yield _scenario(policy, "very few rehearsals still give a V", {**rest, "rehearsals": few}, 0)


def _two_instances(policy: Policy) -> Scenario:
    """Return a scenario with every input twice: freshness and recovery are averaged, all others are added."""
    flat = steady(10**6, _COUNT)
    one: _Inputs = {
        "uptime": {_fresh(policy): steady(1, _COUNT)},
        "alerts": {"alert_rate_per_hour": steady(2, _COUNT)},
        "recovery": {"mttr_seconds": steady(200, _COUNT)},
        "rehearsals": {
            "dr_rehearsal_success_total": counter(1, _COUNT, start=10**6),
            "dr_rehearsal_failure_total": counter(1, _COUNT, start=10**6),
        },
        "throughput": {"ev_created_total": counter(0.125, _COUNT, start=10**6)},
    }
    two: _Inputs = {
        "uptime": {_fresh(policy): steady(0.5, _COUNT)},
        "alerts": {"alert_rate_per_hour": steady(3, _COUNT)},
        "recovery": {"mttr_seconds": steady(400, _COUNT)},
        "rehearsals": {
            "dr_rehearsal_success_total": counter(2, _COUNT, start=10**6),
            "dr_rehearsal_failure_total": flat,
        },
        "throughput": {"ev_created_total": counter(0.125, _COUNT, start=10**6)},
    }
    shortfalls = {"uptime": 0.25, "alerts": 0.5, "recovery": 0.5, "rehearsals": 0.25, "throughput": 0.25}
    v = sum(weight * shortfalls[name] for name, weight in policy.weights.items())
    first, second = (_scenario(policy, "", _chosen(policy, inputs), v) for inputs in (one, two))
    others = tuple(Input({**each.labels, "instance": "two"}, each.points) for each in second.inputs)
    return replace(first, name="two instances are one system", inputs=(*first.inputs, *others))


def _losses(policy: Policy) -> Iterator[Scenario]:
    rest = _at_rest(policy)
    for name, metrics in rest.items():
        for metric, points in metrics.items():
            lost = {**rest, name: {**metrics, metric: ended(points)}}
            yield _scenario(policy, f"without {metric} there is no V", lost, None)
            if name != "uptime":
                endless = {**rest, name: {**metrics, metric: infinite(points)}}
                yield _scenario(policy, f"an infinite {metric} counts as lost", endless, None)
    for name, metric in (("alerts", "alert_rate_per_hour"), ("recovery", "mttr_seconds")):
        if name in rest:
            yield _scenario(
                policy, f"a negative {metric} counts as lost", {**rest, name: {metric: steady(-1, _COUNT)}}, None
            )
    if "rehearsals" in rest:
        idle = {metric: once(_COUNT, -_WEEK) for metric in rest["rehearsals"]}
        yield _scenario(policy, "a week without a rehearsal has no V", {**rest, "rehearsals": idle}, None)


def _scenario(policy: Policy, name: str, inputs: _Inputs, v: float | None) -> Scenario:
    labels = source(policy, subjects(policy)[0])
    series: list[Input] = [
        fed(policy, metric, labels, run) for group in inputs.values() for metric, run in group.items()
    ]
    answers = [] if v is None else [(in_realm(policy, {}), v)]
    return Scenario(name, STEP, tuple(series), (rounded(policy, "lyapunov_v", _AT, *answers),))


def _chosen(policy: Policy, inputs: _Inputs) -> _Inputs:
    return {name: inputs[name] for name in policy.weights}


def _fresh(policy: Policy) -> str:
    return f"heartbeat_fresh_{policy.heartbeat.fresh_name}"
