"""Rule files and unit test files as the YAML that Prometheus and promtool read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import yaml

from gonogo.durations import format_duration
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.model.scenario import ExpectedSeries, Point, Scenario, ScenarioAlert, ScenarioFile
from gonogo.model.series import METRIC_LABEL
from gonogo.rulepack.selector import CounterSelector


class _Expression(str):
    """Text that is written as a block of its own, line by line."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """A dumper that indents sequences under their key, and writes no anchors or aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's signature
        """Indent the items of a sequence."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Write equal values out each time."""
        return True


_Dumper.add_representer(
    _Expression, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)


def rules_document(header: str, groups: Iterable[RuleGroup]) -> str:
    """Write rule groups as a rule file."""
    return _written(header, {"groups": [_group(group) for group in groups]})


def scenarios_document(header: str, test: ScenarioFile, rule_file: str) -> str:
    """Write scenarios as a file for ``promtool test rules``; ``rule_file`` is the path seen from the test file."""
    content = {
        "rule_files": [rule_file],
        "evaluation_interval": format_duration(test.every),
        "tests": [_scenario(scenario) for scenario in test.scenarios],
    }
    return _written(header, content)


def _written(header: str, content: Mapping[str, Any]) -> str:
    body: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf)
    return f"{header}{body}"


def _group(group: RuleGroup) -> dict[str, Any]:
    timing = {} if group.interval is None else {"interval": format_duration(group.interval)}
    return {"name": group.name, **timing, "rules": [_rule(rule) for rule in group.rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {rule.kind.value: rule.name, "expr": _Expression(rule.expression + "\n")}
    if rule.held:
        written["for"] = format_duration(rule.held)
    if rule.labels:
        written["labels"] = dict(rule.labels)
    if rule.kind is RuleKind.ALERT:
        written["annotations"] = dict(rule.annotations)
    return written


def _scenario(scenario: Scenario) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": scenario.name,
        "interval": format_duration(scenario.step),
        "input_series": [{"series": _series(one.labels), "values": notation(one.points)} for one in scenario.inputs],
    }
    if scenario.series:
        written["promql_expr_test"] = [_expected_series(expected) for expected in scenario.series]
    if scenario.alerts:
        written["alert_rule_test"] = [_expected_alert(expected) for expected in scenario.alerts]
    return written


def _expected_series(expected: ExpectedSeries) -> dict[str, Any]:
    answers = [{"labels": _series(answer.labels), "value": answer.value} for answer in expected.answers]
    return {"expr": expected.expression, "eval_time": format_duration(expected.at), "exp_samples": answers}


def _expected_alert(expected: ScenarioAlert) -> dict[str, Any]:
    firing = [{"exp_labels": dict(one.labels), "exp_annotations": dict(one.annotations)} for one in expected.firing]
    return {"eval_time": format_duration(expected.at), "alertname": expected.name, "exp_alerts": firing}


def _series(labels: Mapping[str, str]) -> str:
    own = {label: text for label, text in labels.items() if label != METRIC_LABEL}
    return str(CounterSelector(labels.get(METRIC_LABEL, "")).where(**own)) or "{}"


def notation(points: tuple[Point, ...]) -> str:
    """Write points in promtool's series notation: ``10+5x2`` is 10 15 20."""
    return " ".join(_runs(points))


def _runs(points: tuple[Point, ...]) -> Iterator[str]:
    place = 0
    while place < len(points):
        first = points[place]
        if isinstance(first, (int, float)):
            slope, count = _run(points, place, first)
            yield f"{_number(first)}{'-' if slope < 0 else '+'}{_number(abs(slope))}x{count - 1}"
        else:
            count = sum(1 for _ in next(groupby(points[place:]))[1])
            yield from ["stale"] * count if first == "stale" else [f"_x{count}"]
        place += count


def _run(points: tuple[Point, ...], place: int, first: float) -> tuple[float, int]:
    """Return the step and the number of points that follow in equal steps that doubles represent exactly."""
    second = points[place + 1] if place + 1 < len(points) else None
    slope = second - first if isinstance(second, (int, float)) else 0
    if not isinstance(second, (int, float)) or slope % 0.25:
        slope = 0
    count = 1
    while place + count < len(points) and points[place + count] == first + slope * count:
        count += 1
    return slope, count


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
