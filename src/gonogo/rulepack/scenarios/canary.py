"""Tests of the canary rules: known counts, one trial, no trial, a restart and lost counters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.rule import RuleKind
from gonogo.model.scenario import Input, Point, Scenario, ScenarioFile
from gonogo.rulepack.scenarios.feed import (
    STEP,
    count_until,
    counter,
    elsewhere,
    ended,
    fed,
    infinite,
    just_after,
    kept,
    once,
    rounded,
    source,
    steady,
    subjects,
    value,
)

_AT = just_after(timedelta(days=8))
_COUNT = count_until(_AT)
_WEEK = timedelta(days=7) // STEP
_STEPS_IN_15M = 3
_NAMES = ("canary_events_total", "canary_rollback_total", "canary_promote_total")


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Test the canary at one time, after a week and a day of counters."""
    del interval
    scenarios = (*_ratios(policy), *_counts(policy), _two_instances(policy), *_losses(policy), _unique(policy))
    return (ScenarioFile("canary", RuleKind.RECORD, _AT, scenarios),)


def _ratios(policy: Policy) -> Iterator[Scenario]:
    never = steady(0, _COUNT)
    cases: tuple[tuple[str, tuple[Point, ...], tuple[Point, ...], float | None], ...] = (
        ("2 rollbacks to 23 promotions are 0.08", counter(2, _COUNT), counter(23, _COUNT), 0.08),
        ("no rollback is 0", never, counter(1, _COUNT), 0),
        ("one rollback of one trial is 1, not a half", once(_COUNT, -99), never, 1),
        ("what was tried within the week counts", once(_COUNT, 1 - _WEEK), once(_COUNT, -1), 0.5),
        ("what was tried before is forgotten", once(_COUNT, -_WEEK), once(_COUNT, -1), 0),
        ("one small gain counts as a trial", never, once(_COUNT, -1, 0.5), 0),
        ("no trial is absent, not 0", never, never, None),
        ("an infinite count is absent, not 0", counter(2, _COUNT), infinite(counter(23, _COUNT)), None),
        ("a restart loses no trial", counter(1, _COUNT, reset_after=99), counter(3, _COUNT, reset_after=99), 0.25),
    )
    for name, rollbacks, promotions, ratio in cases:
        inputs = _for_each_subject(policy, (steady(0, _COUNT), rollbacks, promotions))
        answers = [] if ratio is None else [(kept(policy, one), ratio) for one in _sources(policy)]
        yield Scenario(name, STEP, inputs, (rounded(policy, "canary_failure_ratio", _AT, *answers),))


def _counts(policy: Policy) -> Iterator[Scenario]:
    cases = (
        ("100 events a step are 300 in 15 minutes", counter(100, _COUNT, start=10**6), 100),
        ("a restart loses no event", counter(100, _COUNT, start=10**6, reset_after=_COUNT - 2), 100),
        ("a canary without events has 0, not nothing", steady(10**6, _COUNT), 0),
    )
    for name, events, per_step in cases:
        inputs = _for_each_subject(policy, (events, steady(0, _COUNT), steady(0, _COUNT)))
        answers = [(kept(policy, one), per_step * _STEPS_IN_15M) for one in _sources(policy)]
        yield Scenario(name, STEP, inputs, (rounded(policy, "canary_samples", _AT, *answers),))


def _two_instances(policy: Policy) -> Scenario:
    never = steady(0, _COUNT)
    one = _for_each_subject(policy, (counter(100, _COUNT, start=10**6), counter(1, _COUNT), counter(1, _COUNT)))
    two = _for_each_subject(policy, (counter(50, _COUNT, start=10**6), never, counter(2, _COUNT)))
    inputs = (*one, *(Input({**each.labels, "instance": "two"}, each.points) for each in two))
    own = [kept(policy, each) for each in _sources(policy)]
    numbers = {"canary_samples": 150 * _STEPS_IN_15M, "canary_failure_ratio": 0.25}
    expected = (rounded(policy, name, _AT, *((labels, number) for labels in own)) for name, number in numbers.items())
    return Scenario("two instances are one canary", STEP, inputs, tuple(expected))


def _losses(policy: Policy) -> Iterator[Scenario]:
    running = counter(5, _COUNT, start=10**6)
    nothing = (value(policy, "canary_samples", _AT), value(policy, "canary_failure_ratio", _AT))
    gone = _for_each_subject(policy, (ended(running), ended(running), running))
    yield Scenario("a canary that vanished leaves nothing behind", STEP, gone, nothing)
    half = _for_each_subject(policy, (ended(running), running, ended(running)))
    yield Scenario("a canary whose promotions vanished leaves nothing behind", STEP, half, nothing)
    if policy.realm is not None:
        other = elsewhere(policy, *_for_each_subject(policy, (running, running, running)))
        yield Scenario("another realm's canary is not read", STEP, other, nothing)


def _unique(policy: Policy) -> Scenario:
    read = [{**one, "window": "2h"} for one in _sources(policy)]
    inputs = [fed(policy, "p_unique_ratio", one, steady(0.92, _COUNT)) for one in read]
    inputs += [fed(policy, "p_unique_ratio", {**one, "window": "24h"}, steady(0.5, _COUNT)) for one in read]
    inputs += elsewhere(policy, *(fed(policy, "p_unique_ratio", one, steady(0.1, _COUNT)) for one in read))
    expected = value(policy, "canary_unique_ratio", _AT, *((one, 0.92) for one in read))
    return Scenario("the unique ratio is that of 2 hours", STEP, tuple(inputs), (expected,))


def _sources(policy: Policy) -> tuple[Mapping[str, str], ...]:
    return tuple(source(policy, subject) for subject in subjects(policy))


def _for_each_subject(policy: Policy, points: tuple[tuple[Point, ...], ...]) -> tuple[Input, ...]:
    return tuple(
        fed(policy, name, one, run) for one in _sources(policy) for name, run in zip(_NAMES, points, strict=True)
    )
