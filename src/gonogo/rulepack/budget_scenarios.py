"""Unit tests of the burn rules for any SLO of a policy: its selectors decide which series the rules read.

Each test feeds example series of both counters. The expected burn follows from the gains of the series that the
selectors find.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gonogo.errors import PolicyError, Problem
from gonogo.model.policy import Policy, Slo
from gonogo.model.series import METRIC_LABEL
from gonogo.rulepack.document import series_text, unit_test
from gonogo.rulepack.selector import CounterMatcher, CounterSelector
from gonogo.rulepack.template import elsewhere, filled, kept_labels, rounded, slo_counter, source, subjects

_WINDOWS = ("error_budget_burn_7d", "error_budget_burn_30d")
_START = 10**9
_BUSY = 10**6
"""The events in each step of the tests, enough to spend a budget in whole events."""


class _Fed(Struct, frozen=True):
    """A counter as an input series, with its gains in both windows; no gains if the counter does not exist now."""

    labels: Mapping[str, str]
    points: str
    gains: tuple[float, ...]


def budget_tests(policy: Policy, template: Mapping[str, Any], step: str, at: str) -> Iterator[dict[str, Any]]:
    """Yield the tests of every SLO as promtool reads them.

    Raises:
        PolicyError: there is no example of a counter that an SLO selects.
    """
    for slo in policy.slos:
        selectors = {"bad": slo_counter(policy, slo.bad), "total": slo_counter(policy, slo.total)}
        counters = filled(template["counters"], _spending(slo.objective))
        try:
            example = _inputs(policy, selectors, counters, {"bad": ["idle"], "total": ["idle"]})
            overlapping = any(all(_finds(selector, one) for selector in selectors.values()) for one in example)
            left_out = {"apart"} if overlapping else set()
            left_out |= {"realm"} if policy.realm is None else set()
            for name, test in template["each_slo"].items():
                if test.get("if") not in left_out:
                    inputs = _inputs(policy, selectors, counters, test)
                    expected = [
                        {
                            "expr": f"round({policy.prefix}_{signal}, 0.000001)",
                            "eval_time": at,
                            "exp_samples": list(_burns(policy, slo, selectors, inputs, window)),
                        }
                        for window, signal in enumerate(_WINDOWS)
                    ]
                    series = ((series_text(one.labels), one.points) for one in inputs)
                    yield unit_test(f"{slo.name}: {name}", step, series, promql_expr_test=expected)
        except ValueError as error:
            raise PolicyError((Problem(None, f"slos, {slo.name}: {error}"),)) from error


def _spending(objective: float) -> dict[str, str]:
    """Return the points and gains of the bad events, which depend on the objective."""
    early, before, week, end = (round(share * (1 - objective) * _BUSY) for share in (2, 0.3, 0.5, 1.2))
    first = _START + 96 * early
    second = first + 2208 * before
    third = second + 576 * week
    begin = f"{_START}+{early}x96 {first + before}+{before}"
    return {
        "spent": f"{begin}x2207 {second + week}+{week}x575 {third + end}+{end}",
        "spent_before": f"{begin}x2206 {second - before}+0x672",
        "spent_week": str(575 * week + 96 * end),
        "spent_month": str(2207 * before + 576 * week + 96 * end),
        "spent_month_before": str(2206 * before),
    }


def _inputs(
    policy: Policy,
    selectors: Mapping[str, CounterSelector],
    counters: Mapping[str, Mapping[str, Any]],
    test: Mapping[str, Any],
) -> list[_Fed]:
    """Return the counters of each subject and instance. The first counter with a label set counts.

    Strangers have another value of one label that the selector fixes.
    """
    fed: dict[frozenset[tuple[str, str]], _Fed] = {}
    for subject in subjects(policy):
        for place in range(len(test["bad"])):
            for kind, selector in selectors.items():
                wanted = source(policy, {**subject, "instance": f"host-{place}"})
                labels = {METRIC_LABEL: selector.metric, **witness(selector, wanted)}
                if test.get("if") == "realm":
                    labels = elsewhere(labels)
                named = {test[kind][place]: [labels]}
                if "with" in test:
                    fixed = [m.label for m in selector.matchers if m.op == "=" and m.value]
                    stranger = {"bad": "spent", "total": "restarted"}[kind]
                    named[stranger] = [*named.get(stranger, []), *({**labels, f: f"{labels[f]}-not"} for f in fixed)]
                for name, sets in named.items():
                    gains = tuple(map(float, counters[name].get("gains", ())))
                    for one in sets:
                        fed.setdefault(frozenset(one.items()), _Fed(one, counters[name]["points"], gains))
    return list(fed.values())


def _burns(
    policy: Policy, slo: Slo, selectors: Mapping[str, CounterSelector], inputs: Sequence[_Fed], window: int
) -> Iterator[dict[str, Any]]:
    """Yield the expected burn of each subject that has both counters, and a finite number of events."""
    kept = kept_labels(policy)
    for key in dict.fromkeys(tuple(one.labels.get(name, "") for name in kept) for one in inputs):
        own = [one for one in inputs if tuple(one.labels.get(name, "") for name in kept) == key]
        bad, total = ([one.gains[window] for one in own if one.gains and _finds(s, one)] for s in selectors.values())
        if bad and 0 < sum(total) < math.inf:
            labels = {name: value for name, value in zip(kept, key, strict=True) if value} | {"slo": slo.name}
            yield {"labels": series_text(labels), "value": rounded(sum(bad) / sum(total) / (1 - slo.objective))}


def _finds(selector: CounterSelector, one: _Fed) -> bool:
    return selector.accepts(one.labels[METRIC_LABEL], one.labels)


_PLAIN = ("", "a", "0", "other", "-")
"""The example values for a label with only negative matchers."""

_PIECE = re.compile(
    r"""(?P<sign> \((?:\?:)? | [)|] )
      | (?: \[ (?P<negated> \^? ) (?P<first> \\?. ) (?: \\. | [^\]\\] )* \] | (?P<one> \\?. ) )
        (?: (?P<least> [*?] | \{ (?P<count> [0-9]+ ) (?: , [0-9]* )? \} | \+ ) \?? )?""",
    re.VERBOSE | re.DOTALL,
)
_EXAMPLES = {r"\d": "0", r"\w": "a", r"\D": "a", r"\W": "-", ".": "0", "^": "", "$": ""}


def witness(selector: CounterSelector, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a series that the selector finds. The wanted labels apply where the selector permits them.

    The example for a regular expression is its first branch, with the first character of each class and the fewest
    repetitions. Each example is checked against the matchers.

    Raises:
        ValueError: there is no example for a label.
    """
    asked: dict[str, list[CounterMatcher]] = {}
    for matcher in selector.matchers:
        asked.setdefault(matcher.label, []).append(matcher)
    found = {label: _value(label, matchers, wanted.get(label, "")) for label, matchers in asked.items()}
    return {label: text for label, text in {**wanted, **found}.items() if text}


def _value(label: str, matchers: list[CounterMatcher], wanted: str) -> str:
    candidates = [wanted, *(m.value for m in matchers if m.op == "=")]
    candidates += [_example(m.value) for m in matchers if m.op == "=~"]
    for candidate in (*candidates, *_PLAIN):
        if all(matcher.accepts(candidate) for matcher in matchers):
            return candidate
    asked = ", ".join(map(str, matchers))
    raise ValueError(
        f"no example for the label {label} satisfies {asked}; match a plain value, so that the rule can be tested"
    )


def _example(pattern: str) -> str:
    """Return a text that probably matches a pattern. All branches but the first of each group are passed over."""
    written, depth = "", 0
    passed: int | None = None
    for piece in _PIECE.finditer(pattern):
        sign = piece["sign"]
        if sign == "|":
            passed = depth if passed is None else passed
        elif sign == ")":
            depth -= 1
            passed = passed if passed is not None and passed <= depth else None
        elif sign:
            depth += 1
        elif passed is None:
            written += _atom(piece) * _least(piece)
    return written


def _atom(piece: re.Match[str]) -> str:
    if piece["one"]:
        return _EXAMPLES.get(piece["one"], piece["one"][-1])
    first = _EXAMPLES.get(piece["first"], piece["first"][-1]) if piece["first"][0] == "\\" else piece["first"]
    return next(c for c in "a0-_Z" if c != first) if piece["negated"] else first


def _least(piece: re.Match[str]) -> int:
    if piece["count"]:
        return int(piece["count"])
    return 0 if piece["least"] in {"*", "?"} else 1
