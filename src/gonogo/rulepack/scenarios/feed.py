"""Input series of scenarios: their labels and their points.

Scenarios with long windows are evaluated a little after the last point. So no point lies on the edge of a window, and
Prometheus 2 (windows closed at both ends) and 3 (open on the left) see the same points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.scenario import ExpectedSeries, Input, Point, ScenarioSample
from gonogo.model.series import METRIC_LABEL, REALM_LABEL
from gonogo.rulepack.expression import metric_name, subject_labels

STEP = timedelta(minutes=5)
"""The time between two points of a scenario over days."""

MONTH_STEP = timedelta(minutes=15)
"""The time between two points of a scenario over a month: well under promtool's 10,000 samples, and quick."""

_LATER = timedelta(minutes=2, seconds=30)
"""The time of evaluation after the last point, while an instant selector still sees the point."""

OTHER_REALM = "elsewhere"
PRECISION = "0.000001"
"""The precision to which a computed value is rounded before it is compared."""

_SUBJECTS = ("alpha", "beta")


def subjects(policy: Policy) -> tuple[dict[str, str], ...]:
    """Return two subjects if the policy has subjects, else one without labels."""
    if not policy.subjects:
        return ({},)
    return tuple(dict.fromkeys(policy.subjects, value) for value in _SUBJECTS)


def in_realm(policy: Policy, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels with the policy's realm."""
    return dict(labels) if policy.realm is None else {**labels, REALM_LABEL: policy.realm}


def elsewhere(policy: Policy, *inputs: Input) -> tuple[Input, ...]:
    """Return the same input from another realm, which no rule of the policy may read; empty if there is no realm."""
    if policy.realm is None:
        return ()
    return tuple(Input({**one.labels, REALM_LABEL: OTHER_REALM}, one.points) for one in inputs)


def source(policy: Policy, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a raw series in the policy's realm, as a scraped target would have them."""
    return in_realm(policy, {"job": "source", "instance": "one", **labels})


def fed(policy: Policy, name: str, labels: Mapping[str, str], points: tuple[Point, ...]) -> Input:
    """Return the input of a metric of the preset."""
    return Input({METRIC_LABEL: metric_name(policy, name), **labels}, points)


def steady(value: float, count: int) -> tuple[Point, ...]:
    """Return ``count`` points of one value."""
    return (value,) * count


def counter(per_step: float, count: int, *, start: float = 0, reset_after: int | None = None) -> tuple[float, ...]:
    """Return the points of a counter that gains the same at each step, also across a reset."""
    points = [start + per_step * place for place in range(count)]
    if reset_after is not None:
        points[reset_after:] = [per_step * (place + 1) for place in range(count - reset_after)]
    return tuple(points)


def once(count: int, place: int, gain: float = 1) -> tuple[Point, ...]:
    """Return the points of a counter that starts at 0 and gains once, at a place (negative: from the last point)."""
    before = place % count
    return (*steady(0, before), *steady(gain, count - before))


def ended(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points of a series that ends one step before its last point."""
    return (*points[:-1], "stale")


def infinite(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points with +Inf as the last one, as in a broken counter."""
    return (*points[:-1], math.inf)


def just_after(window: timedelta) -> timedelta:
    """Return a time at which a window is full, between two points."""
    return window + _LATER


def count_until(at: timedelta, step: timedelta = STEP) -> int:
    """Return the number of points from 0 up to a time."""
    return at // step + 1


def value(policy: Policy, name: str, at: timedelta, *answers: tuple[Mapping[str, str], float]) -> ExpectedSeries:
    """Return the expectation of exactly these series of a recorded metric, with these labels."""
    metric = metric_name(policy, name)
    return ExpectedSeries(
        metric, at, tuple(ScenarioSample({METRIC_LABEL: metric, **labels}, number) for labels, number in answers)
    )


def rounded(policy: Policy, name: str, at: timedelta, *answers: tuple[Mapping[str, str], float]) -> ExpectedSeries:
    """Return the expectation of these series of a computed metric, rounded as PromQL's ``round`` does."""
    places = 1 / float(PRECISION)
    return ExpectedSeries(
        f"round({metric_name(policy, name)}, {PRECISION})",
        at,
        tuple(ScenarioSample(labels, int(number * places + 0.5) / places) for labels, number in answers),
    )


def kept(policy: Policy, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that an aggregate of one subject keeps."""
    return {label: labels[label] for label in subject_labels(policy) if label in labels}
