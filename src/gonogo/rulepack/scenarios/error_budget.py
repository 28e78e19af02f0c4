"""Tests of the burn rules: known counts, a reset, perfect service, no traffic and lost counters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import isfinite

from gonogo.errors import PolicyError, Problem
from gonogo.model.policy import Policy, Slo
from gonogo.model.rule import RuleKind
from gonogo.model.scenario import ExpectedSeries, Input, Point, Scenario, ScenarioFile
from gonogo.model.series import METRIC_LABEL, REALM_LABEL
from gonogo.rulepack.expression import slo_counter, slo_labels
from gonogo.rulepack.scenarios.feed import (
    MONTH_STEP,
    OTHER_REALM,
    count_until,
    counter,
    ended,
    infinite,
    just_after,
    kept,
    rounded,
    source,
    steady,
    subjects,
)
from gonogo.rulepack.selector import CounterSelector
from gonogo.rulepack.witness import witness

_AT = just_after(timedelta(days=31))
_COUNT = count_until(_AT, MONTH_STEP)
_WINDOWS = {"error_budget_burn_7d": timedelta(days=7), "error_budget_burn_30d": timedelta(days=30)}
_DAY = timedelta(days=1) // MONTH_STEP
_WEEK = 7 * _DAY
_START = 10**9
_BUSY = 10**6
"""The events in each step, enough to spend a budget in whole events."""


def rule_tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Test every SLO at one time, after a month of counters.

    Raises:
        PolicyError: there is no example of a counter that an SLO selects.
    """
    del interval
    scenarios: list[Scenario] = []
    for slo in policy.slos:
        try:
            scenarios += _scenarios(policy, slo)
        except ValueError as error:
            raise PolicyError((Problem(None, f"slos, {slo.name}: {error}"),)) from error
    return (ScenarioFile("error_budget", RuleKind.RECORD, _AT, tuple(scenarios)),)


@dataclass(frozen=True, slots=True)
class _Counters:
    """The points of an SLO's two counters at one instance."""

    bad: tuple[Point, ...]
    total: tuple[Point, ...]


def _scenarios(policy: Policy, slo: Slo) -> Iterator[Scenario]:
    spent = _Counters(_spending(slo), counter(_BUSY, _COUNT, start=_START, reset_after=_COUNT - _WEEK // 2))
    flawless = _Counters(steady(_START, _COUNT), counter(_BUSY, _COUNT, start=_START))
    resting = _Counters(_rest(spent.bad), _rest(flawless.total))
    idle = _Counters(steady(_START, _COUNT), steady(_START, _COUNT))
    yield _scenario(policy, slo, "the budget is spent across a restart", spent)
    yield _scenario(policy, slo, "flawless service spends nothing", flawless)
    yield _scenario(policy, slo, "two instances count by their events", spent, flawless)
    yield _scenario(policy, slo, "a week without traffic is absent from the week, not 0", resting)
    yield _scenario(policy, slo, "no traffic at all is absent", idle)
    little = (*steady(_START, _COUNT - _DAY), *steady(_START + 0.5, _DAY))
    yield _scenario(policy, slo, "very little traffic still counts", _Counters(idle.bad, little))
    yield _scenario(policy, slo, "counters with other labels are not read", spent, strangers=spent)
    endless = _Counters(spent.bad, infinite(spent.total))
    yield _scenario(policy, slo, "an infinite total is absent, not 0", endless)
    if not _overlapping(policy, slo):
        for name, lost in (
            ("bad", _Counters(ended(spent.bad), spent.total)),
            ("total", _Counters(spent.bad, ended(spent.total))),
        ):
            yield _scenario(policy, slo, f"lost {name} events are absent", lost)
            yield _scenario(policy, slo, f"lost {name} events are absent beside other counters", lost, strangers=spent)
    if policy.realm is not None:
        yield _scenario(policy, slo, "another realm's counters are not read", spent, realm=OTHER_REALM)


def _spending(slo: Slo) -> tuple[Point, ...]:
    """Spend twice the budget on a day over a month ago, then 0.3 of it, then 0.6 in a week that ends badly."""
    points: list[float] = [_START]
    for share, steps in ((2, _DAY), (0.3, _COUNT - 1 - _DAY - _WEEK), (0.5, _WEEK - _DAY), (1.2, _DAY)):
        points += counter(round(share * (1 - slo.objective) * _BUSY), steps + 1, start=points[-1])[1:]
    return tuple(points)


def _rest(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Stop a counter for the last week and a little more."""
    return points[: -_WEEK - 1] + (points[-_WEEK - 2],) * (_WEEK + 1)


def _scenario(
    policy: Policy,
    slo: Slo,
    name: str,
    *instances: _Counters,
    realm: str | None = None,
    strangers: _Counters | None = None,
) -> Scenario:
    foreign = strangers or _Counters((), ())
    fed: dict[frozenset[tuple[str, str]], Input] = {}
    for subject in subjects(policy):
        for place, counters in enumerate(instances):
            wanted = source(policy, {**subject, "instance": f"host-{place}"})
            of_bad, of_total = (slo.bad, counters.bad, foreign.bad), (slo.total, counters.total, foreign.total)
            for text, points, others in (of_bad, of_total):
                selector = slo_counter(policy, text)
                labels = {METRIC_LABEL: selector.metric, **witness(selector, wanted)}
                if realm is not None:
                    labels[REALM_LABEL] = realm
                fed.setdefault(frozenset(labels.items()), Input(labels, points))
                for label in _exact(selector) if strangers else ():
                    other = {**labels, label: f"{labels[label]}-not"}
                    fed.setdefault(frozenset(other.items()), Input(other, others))
    inputs = tuple(fed.values())
    expected = tuple(_expected(policy, slo, signal, inputs) for signal in _WINDOWS)
    return Scenario(f"{slo.name}: {name}", MONTH_STEP, inputs, expected)


def _exact(selector: CounterSelector) -> list[str]:
    """Return the labels for which the selector accepts a single value."""
    return [matcher.label for matcher in selector.matchers if matcher.op == "=" and matcher.value]


def _expected(policy: Policy, slo: Slo, signal: str, inputs: tuple[Input, ...]) -> ExpectedSeries:
    answers = []
    for key in dict.fromkeys(tuple(sorted(kept(policy, one.labels).items())) for one in inputs):
        own = [one for one in inputs if tuple(sorted(kept(policy, one.labels).items())) == key]
        bad, total = (_gained(slo_counter(policy, text), own, _WINDOWS[signal]) for text in (slo.bad, slo.total))
        if bad is not None and total and isfinite(total):
            answers.append(({**dict(key), **slo_labels(slo)}, bad / total / (1 - slo.objective)))
    return rounded(policy, signal, _AT, *answers)


def _gained(selector: CounterSelector, inputs: list[Input], window: timedelta) -> float | None:
    """Return the gain of the selected counters within the window; ``None`` if none of them exists now."""
    chosen = [one for one in inputs if selector.accepts(one.labels[METRIC_LABEL], one.labels)]
    if not any(isinstance(one.points[-1], (int, float)) for one in chosen):
        return None
    return sum(_gain(one.points[-(window // MONTH_STEP) :]) for one in chosen)


def _gain(points: tuple[Point, ...]) -> float:
    numbers = [point for point in points if isinstance(point, (int, float))]
    return sum(later - earlier if later >= earlier else later for earlier, later in pairwise(numbers))


def _overlapping(policy: Policy, slo: Slo) -> bool:
    """Return True if bad events also count in the total, so that one counter stands for both."""
    scenario = _scenario(policy, slo, "", _Counters((0,), (0,)))
    selectors = [slo_counter(policy, text) for text in (slo.bad, slo.total)]
    return any(all(s.accepts(one.labels[METRIC_LABEL], one.labels) for s in selectors) for one in scenario.inputs)
