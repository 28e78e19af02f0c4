"""Rule files and unit test files as the YAML that Prometheus and promtool read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from gonogo.durations import format_duration
from gonogo.model.rule import Rule, RuleGroup, RuleKind
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


def unit_test(name: str, step: str, inputs: Iterable[tuple[str, str]], **expected: Sequence[Any]) -> dict[str, Any]:
    """Return a test as promtool reads it. ``inputs`` are series with their points, one every ``step``."""
    series = [{"series": labels, "values": points} for labels, points in inputs]
    return {"name": name, "interval": step, "input_series": series, **expected}


def document_of_tests(header: str, rule_file: str, tests: Mapping[str, Any]) -> str:
    """Write a file for ``promtool test rules``; ``rule_file`` is the path seen from the test file."""
    return _written(header, {"rule_files": [rule_file], **tests})


def series_text(labels: Mapping[str, str]) -> str:
    """Write the labels of a series, the name before the braces."""
    own = {label: text for label, text in labels.items() if label != METRIC_LABEL}
    return str(CounterSelector(labels.get(METRIC_LABEL, "")).where(**own)) or "{}"


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
