"""Tests of the rehearsal rules: known durations, no rehearsals, and a clock that is ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.rule import RuleKind
from gonogo.model.scenario import Input, Point, Scenario, ScenarioFile
from gonogo.model.series import METRIC_LABEL
from gonogo.rulepack.expression import metric_name
from gonogo.rulepack.scenarios.feed import (
    MONTH_STEP,
    count_until,
    elsewhere,
    ended,
    fed,
    in_realm,
    just_after,
    once,
    rounded,
    source,
    steady,
    subjects,
    value,
)

BUCKETS = ("60", "120", "300", "600", "720", "900", "1800", "3600", "+Inf")
_AT = just_after(timedelta(days=31))
_COUNT = count_until(_AT, MONTH_STEP)
_DAY = timedelta(days=1) // MONTH_STEP
_MONTH = 30 * _DAY
_HOUR = 3600


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Test the rehearsals at one time, after a month and a day with one rehearsal a day."""
    del interval
    return (ScenarioFile("dr", RuleKind.RECORD, _AT, (*_ages(policy), *_durations(policy))),)


def _ages(policy: Policy) -> Iterator[Scenario]:
    cases = (
        ("the last success was 24 hours ago", steady(_AT.total_seconds() - 24 * _HOUR, _COUNT), 24),
        ("a second more is over 24 hours", steady(_AT.total_seconds() - 24 * _HOUR - 1, _COUNT), 24 + 1 / _HOUR),
        ("a clock 5 s ahead", steady(_AT.total_seconds() + 5, _COUNT), -5 / _HOUR),
    )
    everywhere = [source(policy, subject) for subject in subjects(policy)]
    name = "dr_rehearsal_last_success_timestamp_seconds"
    for title, points, hours in cases:
        fresher = steady(_AT.total_seconds() + 5, _COUNT)
        inputs = tuple(fed(policy, name, one, fresher if i else points) for i, one in enumerate(everywhere))
        inputs += elsewhere(policy, *(fed(policy, name, one, steady(0, _COUNT)) for one in everywhere))
        labels = in_realm(policy, {}) if policy.subjects else everywhere[0]
        yield Scenario(title, MONTH_STEP, inputs, (value(policy, "dr_rehearsal_age_hours", _AT, (labels, hours)),))
    lost = (fed(policy, name, everywhere[0], ended(steady(0, _COUNT))),)
    yield Scenario(
        "a rehearsal record that vanished has no age", MONTH_STEP, lost, (value(policy, "dr_rehearsal_age_hours", _AT),)
    )


def _durations(policy: Policy) -> Iterator[Scenario]:
    cases = (
        ("all between 10 and 12 minutes", "720", (600 + 0.95 * 120) / 60),
        ("all between 12 and 15 minutes", "900", (720 + 0.95 * 180) / 60),
        ("all over an hour read as an hour", "+Inf", 60),
    )
    for title, bucket, minutes in cases:
        answer = (in_realm(policy, {}), minutes)
        expected = rounded(policy, "dr_rehearsal_p95_minutes", _AT, answer)
        yield Scenario(title, MONTH_STEP, _histogram(policy, bucket, _daily()), (expected,))
    for title, points in (("one three weeks ago", once(_COUNT, 10 * _DAY)), ("very few", once(_COUNT, -_DAY, 0.5))):
        expected = rounded(policy, "dr_rehearsal_p95_minutes", _AT, (in_realm(policy, {}), (600 + 0.95 * 120) / 60))
        yield Scenario(f"{title} between 10 and 12 minutes", MONTH_STEP, _histogram(policy, "720", points), (expected,))
    yield _month(policy)
    nothing = (value(policy, "dr_rehearsal_p95_minutes", _AT),)
    yield Scenario("no rehearsal within 30 days", MONTH_STEP, _histogram(policy, "720", once(_COUNT, -_MONTH)), nothing)
    yield Scenario("durations that vanished", MONTH_STEP, _histogram(policy, "720", ended(_daily())), nothing)


def _month(policy: Policy) -> Scenario:
    """Feed in very slow rehearsals over a month ago, then equal numbers of up to 15 minutes and, later, of up to 12."""
    times = {"3600": (0.5, 1000), "900": (10, 10), "720": (20, 10)}
    labels = source(policy, subjects(policy)[0])
    inputs = []
    for le in BUCKETS:
        within = [times[bound] for bound in times if BUCKETS.index(bound) <= BUCKETS.index(le)]
        points = [10**6 + sum(gain for day, gain in within if place >= day * _DAY) for place in range(_COUNT)]
        inputs.append(fed(policy, "dr_rehearsal_duration_seconds_bucket", {**labels, "le": le}, tuple(points)))
    count = {**labels, METRIC_LABEL: metric_name(policy, "dr_rehearsal_duration_seconds_count")}
    inputs.append(Input(count, inputs[-1].points))
    minutes = (720 + 0.9 * 180) / 60
    expected = rounded(policy, "dr_rehearsal_p95_minutes", _AT, (in_realm(policy, {}), minutes))
    return Scenario("the window is 30 days, no more and no less", MONTH_STEP, tuple(inputs), (expected,))


def _daily() -> tuple[Point, ...]:
    return tuple(5 + place // _DAY for place in range(_COUNT))


def _histogram(policy: Policy, bucket: str, points: tuple[Point, ...]) -> tuple[Input, ...]:
    """Return the input of a histogram whose observations all fall into one bucket."""
    labels = source(policy, subjects(policy)[0])
    name = "dr_rehearsal_duration_seconds"
    below: Sequence[str] = BUCKETS[: BUCKETS.index(bucket)]
    buckets = [
        fed(policy, f"{name}_bucket", {**labels, "le": le}, steady(0, _COUNT) if le in below else points)
        for le in BUCKETS
    ]
    return (*buckets, fed(policy, f"{name}_count", labels, points))
