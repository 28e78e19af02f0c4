"""Unit tests of the recording rules, made from the templates ``NAME_test.yml`` in the shape that promtool reads.

A template names series and their points under ``given``, and under ``then`` what an expression must give at the time
of the evaluation interval: series with their values. ``at`` has other times. Placeholders such as ``${source}`` stand
for several label sets: a line with one of them is repeated, or left out if there is none. A test without any input is
left out.

Scenarios with long windows are evaluated a little after the last point. So no point lies on the edge of a window, and
Prometheus 2 (windows closed at both ends) and 3 (open on the left) see the same points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product
from typing import Any

from gonogo.durations import format_duration
from gonogo.model.policy import Policy
from gonogo.promql.matchers import equal
from gonogo.rulepack.budget_scenarios import budget_tests
from gonogo.rulepack.document import unit_test
from gonogo.rulepack.gates import PresetGate
from gonogo.rulepack.template import (
    documents,
    elsewhere,
    filled,
    in_realm,
    number,
    placeholders,
    policy_values,
    rounded,
    source,
    subjects,
)

_SECOND = timedelta(seconds=1)
_RUN = 12
"""The number of points of a test of the heartbeat."""

_FIVE_MINUTES = timedelta(minutes=5)
_Lines = Mapping[str, Any]


def rule_tests(gate: PresetGate, policy: Policy, interval: timedelta) -> dict[str, dict[str, Any]]:
    """Return the test files of a gate's recording rules by name, each without its ``rule_files``.

    Raises:
        PolicyError: there is no example of a counter that an SLO selects.
    """
    values = policy_values(policy, interval) | _heartbeat_values(policy) | _uptime_values(interval)
    several = _label_sets(policy)
    made = {}
    for template in documents(f"{gate.template}_test.yml"):
        own = values | template.get("values", {})
        every, step = filled(template["every"], own), filled(template["step"], own)
        if "each_slo" in template:
            tests = list(budget_tests(policy, template, step, every))
        else:
            asked = _weighted_tests(template, policy.weights) if "states" in template else template["tests"]
            lists = several | template.get("lists", {})
            tests = [_written(name, test, step, every, own, lists) for name, test in asked.items()]
        tests = [one for one in tests if one["input_series"]]
        made[template["name"]] = {"evaluation_interval": every, "tests": tests}
    return made


def _written(
    name: str, test: _Lines, step: str, every: str, values: Mapping[str, str], several: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    times = {every: test.get("then", {}), **test.get("at", {})}
    expected = [
        {
            "expr": filled(expression, values),
            "eval_time": filled(at, values),
            "exp_samples": [
                {"labels": labels, "value": rounded(float(value)) if expression.startswith("round(") else float(value)}
                for labels, value in _lines(samples, values, several)
            ],
        }
        for at, expressions in times.items()
        for expression, samples in expressions.items()
    ]
    inputs = _lines(test["given"], values, several)
    return unit_test(filled(name, values), step, inputs, promql_expr_test=expected)


def _lines(
    lines: Mapping[str, str], values: Mapping[str, str], several: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """Yield each line as often as the label sets in it require."""
    for key, text in lines.items():
        names = [name for name in placeholders(key) if name in several]
        for chosen in product(*(several[name] for name in names)):
            own = {**values, **dict(zip(names, chosen, strict=True))}
            yield filled(key, own), filled(text, own)


def _label_sets(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return the placeholders that stand for any number of label sets.

    ``source`` and ``twin`` are two targets of each subject, ``first`` and ``first_twin`` those of the first subject,
    ``others`` the targets of the other subjects. ``elsewhere`` is each target in another realm. ``kept`` has the labels
    of each subject. ``shared`` has those of the realm, if there are subjects; ``alone`` is the target without subjects.
    """
    own = subjects(policy)
    sources = tuple(_matchers(source(policy, one)) for one in own)
    twins = tuple(_matchers(source(policy, {**one, "instance": "two"})) for one in own)
    realm = _matchers(in_realm(policy, {}))
    strangers = () if policy.realm is None else tuple(_matchers(elsewhere(source(policy, one))) for one in own)
    return {
        "source": sources,
        "twin": twins,
        "first": sources[:1],
        "first_twin": twins[:1],
        "others": sources[1:],
        "elsewhere": strangers,
        "first_elsewhere": strangers[:1],
        "kept": tuple(_matchers(in_realm(policy, one)) for one in own),
        "in_realm": (realm,),
        "shared": (realm,) if policy.subjects else (),
        "alone": () if policy.subjects else sources,
    }


def _matchers(labels: Mapping[str, str]) -> str:
    return ",".join(equal(name, value) for name, value in labels.items())


def _uptime_values(interval: timedelta) -> dict[str, str]:
    """Return the samples that are due in five minutes, and twice as many."""
    return {"due": number(_FIVE_MINUTES / interval), "twice_due": number(2 * _FIVE_MINUTES / interval)}


def _heartbeat_values(policy: Policy) -> dict[str, str]:
    """Return the times and points of the tests of the heartbeat, which depend on the policy's durations."""
    fresh, window = policy.heartbeat.fresh, policy.heartbeat.window
    step = max(min(window / _RUN, fresh / 3, timedelta(minutes=1)) // _SECOND, 1) * _SECOND
    at = step * (_RUN - 1) + step / 2
    moved = sum(1 for place in range(1, _RUN) if step * (place - 1) > at - window)
    limit = fresh.total_seconds()
    ages = {"young": limit - 1, "limit": limit, "old": limit + 1, "now": 0, "ahead_5": -5, "ahead_6": -6}
    return {
        "step": format_duration(step),
        "every": format_duration(at),
        "changes": str(moved),
        "moving": str(min(moved, 1)),
        "not_moving": str(1 - min(moved, 1)),
        **{name: number(age) for name, age in ages.items()},
        **{f"at_{name}": number(at.total_seconds() - age) for name, age in ages.items()},
        **_still_values(step, at, window),
        **_slow_values(step, fresh),
    }


def _still_values(step: timedelta, at: timedelta, window: timedelta) -> dict[str, str]:
    """Return the points of a sequence that moves for a window, then stands still for just over a window."""
    standing = -(-window // step) + 1
    end = at * ((2 * standing * step // at + 1) | 1)
    moved = end // step + 1 - standing
    return {
        "still_at": format_duration(end),
        "still_written": f"{number(end.total_seconds())}+0x{end // step}",
        "still_sequence": f"100+1x{moved - 1} {100 + moved}+0x{standing - 1}",
    }


def _slow_values(step: timedelta, fresh: timedelta) -> dict[str, str]:
    """Return the points of a beat every 2.5 times the freshness: every 5 min under 120 s."""
    period = fresh * 5 / 2
    count = fresh * 9 / 2 // step + 1
    first = sum(1 for place in range(count) if step * (place + 1) - _SECOND < period)
    return {
        "fresh_time": str(fresh),
        "period": str(period),
        "half_fresh": format_duration(fresh / 2),
        "slow_written": f"0+0x{first - 1} {number((period // step * step).total_seconds())}+0x{count - first - 1}",
        "slow_sequence": f"100+0x{first - 1} 101+0x{count - first - 1}",
        **{f"slow_{place}": format_duration(period + fresh / 2 * place) for place in range(5)},
    }


def _weighted_tests(template: _Lines, weights: Mapping[str, float]) -> dict[str, _Lines]:
    """Return the tests of a weighted sum: each puts every input that has a weight into a state with a known share."""
    tests: dict[str, _Lines] = {}
    for name, asked in template["tests"].items():
        states = {weight: asked.get(weight, asked.get("all", "rest")) for weight in weights}
        if not weights or not asked.keys() - {"all"} <= weights.keys():
            continue
        chosen = {weight: template["states"][weight][state] for weight, state in states.items()}
        absent = any(one["share"] == "absent" for one in chosen.values())
        total = 0 if absent else min(1, sum(weights[weight] * float(one["share"]) for weight, one in chosen.items()))
        given = {line: points for one in chosen.values() for line, points in one["given"].items()}
        tests[name] = {"given": given, "then": {template["sum"]: {} if absent else {"{${in_realm}}": str(total)}}}
    return tests
