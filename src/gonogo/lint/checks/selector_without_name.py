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
from gonogo.rules.tree import NAME_LABEL, Vector

_ANY_NAME = frozenset({"", ".*", ".+"})


def find(estate: Estate) -> Iterator[Hit]:
    """List the selectors that no name narrows."""
    for rule in estate.rules:
        for node in rule.nodes:
            if isinstance(node, Vector) and node.metric is None and not _named(node):
                yield rule.hit(
                    rule.at(node), "this reads every metric that has these labels; name the metric, or the few meant"
                )


def _named(vector: Vector) -> bool:
    return any(
        matcher.label == NAME_LABEL and matcher.op in {"=", "=~"} and matcher.value not in _ANY_NAME
        for matcher in vector.matchers
    )


_RULES = "groups: [{{name: web, rules: [{{alert: Errors, expr: 'sum({}{{job=\"web\"}}) > 1', for: 5m}}]}}]\n"

CHECK = Check(
    id="selector-without-name",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("")}),
    good=Example({"rules.yml": _RULES.format("http_errors")}),
)
