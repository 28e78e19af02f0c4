"""An alert on ``topk`` changes its labels whenever another series leads the ranking.

The labels of an alert are those of its series. When the ranking changes, one alert is resolved and another begins: its
``for`` starts again, and notifications come and go. The same holds for ``bottomk``, ``limitk`` and ``limit_ratio``.
Compare all series with the threshold instead, or aggregate over the chosen series.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.label_flow import KEEPING_OPERATORS
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import Aggregation, Call, Expression, children

_FORGETTING = ABSENCE_FUNCTIONS | {"scalar"}
"""Functions whose result drops the labels of their argument."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the selections of series that decide which alerts exist."""
    for rule in estate.alerts:
        if any(isinstance(node, Aggregation) and node.operator in KEEPING_OPERATORS for node in rule.nodes):
            for choice in _deciding(rule.nodes[0]):
                message = (
                    f"{choice.operator} lets the alert's labels change with the ranking; compare all series instead"
                )
                yield rule.hit(rule.at(choice), message)


def _deciding(root: Expression) -> Iterator[Aggregation]:
    """Yield the outermost selections whose labels reach the alert."""
    waiting = [root]
    while waiting:
        match waiting.pop():
            case Aggregation(operator=operator) as aggregation:
                if operator in KEEPING_OPERATORS:
                    yield aggregation
            case Call(function=function) if function in _FORGETTING:
                continue
            case node:
                waiting.extend(children(node))


_BAD = "groups: [{name: web, rules: [{alert: Slow, expr: 'topk(3, latency_seconds) > 1', for: 5m}]}]\n"

CHECK = Check(
    id="topk-in-alert",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("topk(3, latency_seconds)", "latency_seconds")}),
)
