"""Tests of the uptime rule: a full day, half a day, and a source that vanished.

Freshness is fed in as the rules would record it. A point every five minutes stands for all samples that the rule group
records in that time, and its value is their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.rule import RuleKind
from gonogo.model.scenario import Point, Scenario, ScenarioFile
from gonogo.rulepack.scenarios.feed import STEP, elsewhere, ended, fed, in_realm, rounded, source, steady, subjects

_EVERY = timedelta(hours=12, seconds=50)
"""Half a day, between two points."""

_HALF_DAY = timedelta(hours=12) // STEP
_DAY = 2 * _HALF_DAY


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Test the uptime every half day, for two days and more."""
    return (ScenarioFile("uptime", RuleKind.RECORD, _EVERY, tuple(_scenarios(policy, STEP / interval))),)


def _scenarios(policy: Policy, weight: float) -> Iterator[Scenario]:
    fresh, stale = steady(weight, _DAY), steady(0, _DAY)
    full = _scenario(policy, "a day of freshness is 1, with any other realms", (*fresh, *fresh), {2: 1, 3: 1})
    others = elsewhere(policy, *(replace(one, points=(*stale, *stale)) for one in full.inputs))
    yield replace(full, inputs=(*full.inputs, *others))
    yield _scenario(policy, "a young server has the uptime of its age", fresh, {1: (_HALF_DAY + 1) / _DAY})
    yield _scenario(policy, "a stalled half day counts against it", (*fresh, *stale), {3: (_HALF_DAY - 1) / _DAY, 4: 0})
    gone = (*ended((*fresh, 0)), *(None,) * _DAY)
    forgotten = 1 if policy.subjects else None
    yield _scenario(
        policy, "the ratio falls after the source vanished", gone, {3: (_HALF_DAY - 1) / _DAY, 4: forgotten}
    )
    yield _scenario(policy, "one sample more than are due is still 1", steady(weight * 2, _DAY), {2: 1})


def _scenario(policy: Policy, name: str, points: tuple[Point, ...], ratios: Mapping[int, float | None]) -> Scenario:
    """Return a scenario in which the first subject has these points and the others a perfect day: the worst counts."""
    first, *others = (source(policy, {"via": policy.heartbeat.read, **subject}) for subject in subjects(policy))
    metric = f"heartbeat_fresh_{policy.heartbeat.fresh_name}"
    best = max((point for point in points if isinstance(point, (int, float))), default=0)
    perfect = steady(best, len(points))
    inputs = (fed(policy, metric, first, points), *(fed(policy, metric, other, perfect) for other in others))
    labels = in_realm(policy, {}) if policy.subjects else first
    expected = (
        rounded(policy, "green_uptime_ratio", _EVERY * place, *([] if ratio is None else [(labels, ratio)]))
        for place, ratio in ratios.items()
    )
    return Scenario(name, STEP, inputs, tuple(expected))
