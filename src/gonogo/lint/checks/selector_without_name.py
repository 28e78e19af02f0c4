"""A selector without a metric name reads every metric that has the labels.

``{job="web"} > 1`` compares everything that the job exports, from process start times to buckets, and costs as much.
With every release of the exporter it reads something else. Name the metric, or list the metrics with
``{__name__=~"http_requests_total|grpc_requests_total"}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.tree import NAME_LABEL, Aggregation, Call, Expression, Range, Vector, children

_PRESENCE = frozenset({"absent", "absent_over_time", "present_over_time", "count_over_time", "count", "group"})
"""Functions and aggregations that only ask if series exist, or how many."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the selectors without a name whose values are used."""
    for rule in estate.rules:
        nameless = [
            node for node in rule.nodes if isinstance(node, Vector) and node.metric is None and not _named(node)
        ]
        counted = set(map(id, _counted(rule.nodes))) if nameless else set()
        for node in nameless:
            if id(node) not in counted:
                yield rule.hit(
                    rule.at(node), "this reads every metric that has these labels; name the metric, or list the metrics"
                )


def _named(vector: Vector) -> bool:
    """Return whether a pattern gives the name. A pattern that accepts all names counts as intended."""
    return any(matcher.label == NAME_LABEL for matcher in vector.matchers)


def _counted(nodes: Iterable[Expression]) -> Iterator[Expression]:
    """Yield the operands of functions that only ask for presence, and the labels that ``info`` adds."""
    for node in nodes:
        if isinstance(node, Call) and node.function == "info":
            yield from node.arguments[1:]
        if isinstance(node, Call | Aggregation) and _word(node) in _PRESENCE:
            for child in children(node):
                yield child.vector if isinstance(child, Range) else child


def _word(node: Call | Aggregation) -> str:
    return node.function if isinstance(node, Call) else node.operator


_RULES = "groups: [{{name: web, rules: [{{alert: Errors, expr: 'sum({}{{job=\"web\"}}) > 1', for: 5m}}]}}]\n"

CHECK = Check(
    id="selector-without-name",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("")}),
    good=Example({"rules.yml": _RULES.format("http_errors")}),
)
