"""A selector without a metric's name reads every metric that has the labels.

``{job="web"} > 1`` compares all that the job exposes, from process start times to buckets, and costs as much; with
every release of the exporter it reads something else. Name the metric, or the few that are meant by
``{__name__=~"http_requests_total|grpc_requests_total"}``.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity
from gonogo.rules.tree import NAME_LABEL, Aggregation, Call, Expression, Vector, children

_PRESENCE = frozenset({"absent", "absent_over_time", "present_over_time", "count_over_time", "count", "group"})
"""What asks whether, or how many, series are there, whichever they are."""


def find(estate: Estate) -> Iterator[Hit]:
    """List the selectors that no name narrows, and whose values count."""
    for rule in estate.rules:
        for node in rule.nodes:
            if isinstance(node, Vector) and node.metric is None and not _named(node) and not _counted(node, rule.nodes):
                yield rule.hit(
                    rule.at(node), "this reads every metric that has these labels; name the metric, or the few meant"
                )


def _named(vector: Vector) -> bool:
    """Tell whether the name is given by a pattern; one that lets all names through is taken for meant."""
    return any(matcher.label == NAME_LABEL for matcher in vector.matchers)


def _counted(vector: Vector, nodes: tuple[Expression, ...]) -> bool:
    """Tell whether something right around the selector asks only for presence."""
    around = [node for node in nodes if any(child is vector for child in children(node))]
    around += [node for node in nodes if isinstance(node, Call) and any(child in around for child in node.arguments)]
    return any(_word(node) in _PRESENCE for node in around)


def _word(node: Expression) -> str:
    match node:
        case Call(function=word) | Aggregation(operator=word):
            return word
        case _:
            return ""


_RULES = "groups: [{{name: web, rules: [{{alert: Errors, expr: 'sum({}{{job=\"web\"}}) > 1', for: 5m}}]}}]\n"

CHECK = Check(
    id="selector-without-name",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("")}),
    good=Example({"rules.yml": _RULES.format("http_errors")}),
)
