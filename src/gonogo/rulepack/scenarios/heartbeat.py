"""Tests of the heartbeat rules: beats on time, late, from the future, frozen, restarted and gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.rule import RuleKind
from gonogo.model.scenario import ExpectedSeries, Input, Point, Scenario, ScenarioFile
from gonogo.model.series import REALM_LABEL
from gonogo.rulepack.scenarios.feed import OTHER_REALM, elsewhere, ended, fed, source, steady, subjects, value

_SECOND = timedelta(seconds=1)
_RUN = 12
"""The number of points of a scenario with one evaluation."""

_MOVING = tuple(range(100, 100 + _RUN))


@dataclass(frozen=True, slots=True)
class _Case:
    """A writer at one time: the age of its last beat, and the points of its sequence number."""

    name: str
    age: float
    sequence: tuple[Point, ...]
    fresh: int
    changed: bool


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return tests of the boundaries of freshness at one instant, and of a writer that is too slow over time."""
    del interval
    step = _step(policy)
    once = tuple(_once(policy, case) for case in _cases(policy))
    rare = (_still(policy), _gone(policy), _strangers(policy), *_stall_elsewhere(policy))
    return (
        ScenarioFile("heartbeat", RuleKind.RECORD, _at(step), (*once, *rare)),
        ScenarioFile("heartbeat_slow", RuleKind.RECORD, policy.heartbeat.fresh / 2, (_slow(policy),)),
    )


def _step(policy: Policy) -> timedelta:
    shortest = min(policy.heartbeat.window / 12, policy.heartbeat.fresh / 3, timedelta(minutes=1))
    return max(shortest // _SECOND, 1) * _SECOND


def _at(step: timedelta) -> timedelta:
    return step * (_RUN - 1) + step / 2


def _cases(policy: Policy) -> Iterator[_Case]:
    limit = policy.heartbeat.fresh.total_seconds()
    restarted = (*range(100, 100 + _RUN - 1), 1)
    yield _Case(f"a beat {limit - 1:g} s old is fresh", limit - 1, _MOVING, 1, changed=True)
    yield _Case(f"a beat {limit:g} s old is not fresh", limit, _MOVING, 0, changed=True)
    yield _Case(f"a beat {limit + 1:g} s old is not fresh", limit + 1, _MOVING, 0, changed=True)
    yield _Case("a beat of this very second is fresh", 0, _MOVING, 1, changed=True)
    yield _Case("a clock 5 s ahead is accepted", -5, _MOVING, 1, changed=True)
    yield _Case("a clock 6 s ahead is not fresh", -6, _MOVING, 0, changed=True)
    yield _Case("a frozen sequence is no beat, however fresh", 0, steady(7, _RUN), 1, changed=False)
    yield _Case("a sequence that starts again is a beat", 0, restarted, 1, changed=True)


def _once(policy: Policy, case: _Case) -> Scenario:
    step = _step(policy)
    at = _at(step)
    changes = _changes_seen(policy) if case.changed else 0
    ok = case.fresh if changes else 0
    numbers = dict(zip(_names(policy), (case.age, case.fresh, changes, ok, 1 - ok), strict=True))
    writers = [_writer(policy, subject) for subject in subjects(policy)]
    written = steady(at.total_seconds() - case.age, _RUN)
    inputs = tuple(beat for writer in writers for beat in _beats(policy, writer, written, case.sequence))
    expected = (value(policy, name, at, *((w, number) for w in writers)) for name, number in numbers.items())
    return Scenario(case.name, step, inputs, tuple(expected))


def _still(policy: Policy) -> Scenario:
    """Return a scenario in which a sequence stands still for just over the window, after it moved for as long."""
    step, window = _step(policy), policy.heartbeat.window
    standing = -(-window // step) + 1
    every = _at(step)
    at = every * ((2 * standing * step // every + 1) | 1)
    count = at // step + 1
    moved = count - standing
    sequence = (*range(100, 100 + moved), *steady(100 + moved, standing))
    writers = [_writer(policy, subject) for subject in subjects(policy)]
    written = steady(at.total_seconds(), count)
    inputs = tuple(beat for writer in writers for beat in _beats(policy, writer, written, sequence))
    expected = tuple(
        value(policy, name, at, *((writer, number) for writer in writers))
        for name, number in zip(_names(policy), (0, 1, 0, 0, 1), strict=True)
    )
    return Scenario("a sequence that stood still for the window is no beat", step, inputs, expected)


def _gone(policy: Policy) -> Scenario:
    step = _step(policy)
    at = _at(step)
    beats = _beats(policy, _writer(policy, subjects(policy)[0]), steady(at.total_seconds(), _RUN), _MOVING)
    inputs = tuple(Input(beat.labels, ended(beat.points)) for beat in beats)
    return Scenario("a writer that vanished leaves nothing, neither 0 nor 1", step, inputs, _nothing(policy, at))


def _strangers(policy: Policy) -> Scenario:
    step = _step(policy)
    at = _at(step)
    writer = _writer(policy, subjects(policy)[0])
    others = [{**writer, "via": "another"}]
    if policy.realm is not None:
        others.append({**writer, REALM_LABEL: OTHER_REALM})
    inputs = tuple(beat for o in others for beat in _beats(policy, o, steady(at.total_seconds(), _RUN), _MOVING))
    return Scenario("the other copy and other realms are not read", step, inputs, _nothing(policy, at))


def _stall_elsewhere(policy: Policy) -> Iterator[Scenario]:
    step = _step(policy)
    writer = _writer(policy, subjects(policy)[0])
    if inputs := elsewhere(policy, fed(policy, "heartbeat_ok", writer, steady(1, _RUN))):
        yield Scenario(
            "another realm's stall is not read", step, inputs, (value(policy, "heartbeat_stall", _at(step)),)
        )


def _slow(policy: Policy) -> Scenario:
    """Return a scenario with a beat every 2.5 times the freshness: every 5 min under 120 s."""
    step, fresh = _step(policy), policy.heartbeat.fresh
    period, end = fresh * 5 / 2, fresh * 9 / 2
    times = [step * place for place in range(end // step + 1)]
    beats = [time // period for time in (t + step - _SECOND for t in times)]
    written = tuple((beat * period // step * step).total_seconds() for beat in beats)
    writer = _writer(policy, subjects(policy)[0])
    at = [period + fresh / 2 * place for place in range(5)]
    name = f"heartbeat_fresh_{policy.heartbeat.fresh_name}"
    expected = [value(policy, name, t, (writer, number)) for t, number in zip(at, (1, 1, 0, 0, 0), strict=True)]
    for t, number in zip((at[0], *at[2:]), (1, 0, 0, 0), strict=True):
        expected.append(value(policy, "heartbeat_ok", t, (writer, number)))
        expected.append(value(policy, "heartbeat_stall", t, (writer, 1 - number)))
    inputs = _beats(policy, writer, written, tuple(100 + beat for beat in beats))
    return Scenario(f"a beat every {period} under a freshness of {fresh} fails", step, inputs, tuple(expected))


def _names(policy: Policy) -> tuple[str, str, str, str, str]:
    fresh, changes = policy.heartbeat.fresh_name, policy.heartbeat.window_name
    return (
        "heartbeat_age_seconds",
        f"heartbeat_fresh_{fresh}",
        f"heartbeat_changes_{changes}",
        "heartbeat_ok",
        "heartbeat_stall",
    )


def _nothing(policy: Policy, at: timedelta) -> tuple[ExpectedSeries, ...]:
    return tuple(value(policy, name, at) for name in _names(policy))


def _writer(policy: Policy, subject: Mapping[str, str]) -> dict[str, str]:
    return source(policy, {"via": policy.heartbeat.read, **subject})


def _beats(
    policy: Policy, writer: Mapping[str, str], written: tuple[Point, ...], sequence: tuple[Point, ...]
) -> tuple[Input, ...]:
    return (
        fed(policy, "textfile_heartbeat_ts", writer, written),
        fed(policy, "textfile_heartbeat_seq", writer, sequence),
    )


def _changes_seen(policy: Policy) -> int:
    step = _step(policy)
    begins = _at(step) - policy.heartbeat.window
    return sum(1 for place in range(1, _RUN) if step * (place - 1) > begins)
