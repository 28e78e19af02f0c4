"""What the uptime rule makes of a full day, half a day, and a source that vanished.

Freshness is fed as it would be recorded. A point every five minutes stands for all
the samples that the rule group records in that time, and weighs as many.
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
"""Half days, off the points."""

_HALF_DAY = timedelta(hours=12) // STEP
_DAY = 2 * _HALF_DAY


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Look at uptime every half day, two days long."""
    return (ScenarioFile("uptime", RuleKind.RECORD, _EVERY, tuple(_scenarios(policy, STEP / interval))),)


def _scenarios(policy: Policy, weight: float) -> Iterator[Scenario]:
    fresh, stale = steady(weight, _DAY), steady(0, _DAY)
    full = _scenario(policy, "a day of freshness is 1, whatever other realms do", (*fresh, *fresh), {2: 1, 3: 1})
    others = elsewhere(policy, *(replace(one, points=(*stale, *stale)) for one in full.inputs))
    yield replace(full, inputs=(*full.inputs, *others))
    yield _scenario(policy, "a young server has the uptime of its age", fresh, {1: (_HALF_DAY + 1) / _DAY})
    yield _scenario(policy, "a stalled half day counts against it", (*fresh, *stale), {3: (_HALF_DAY - 1) / _DAY, 4: 0})
    gone = (*ended((*fresh, 0)), *(None,) * _DAY)
    forgotten = 1 if policy.subjects else None
    yield _scenario(
        policy, "it keeps falling when the source vanished", gone, {3: (_HALF_DAY - 1) / _DAY, 4: forgotten}
    )
    yield _scenario(policy, "one sample more than are due is still 1", steady(weight * 2, _DAY), {2: 1})


def _scenario(policy: Policy, name: str, points: tuple[Point, ...], ratios: Mapping[int, float | None]) -> Scenario:
    """Feed the first subject these points and the others a perfect day: the worst one stands for all."""
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
