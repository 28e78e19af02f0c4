"""The answers of a running server that the checks use, and the questions that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from gonogo.formats.sources import WrittenRule
from gonogo.promql.canonical import instant
from gonogo.promql.selectors import vectors
from gonogo.promql.tree import Vector


class Live(Struct, frozen=True):
    """Answers of a server, fetched before the checks run.

    Attributes:
        types: the metric types that targets declare, by metric name.
        found: True or False for the text of an instant selector: the server has, or recently had, such series.
        errors: the evaluation error of an expression, by the text of the expression.
        external_labels: the external labels of the server.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, bool] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    external_labels: Mapping[str, str] = field(default_factory=dict)


WHILE_FIRING = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
"""Series that exist only while an alert is pending or firing."""


def needed(rule: WrittenRule) -> Iterator[Vector]:
    """Yield the selectors of named metrics that must find series, or else the rule gives no result."""
    if rule.tree is not None:
        for vector, _, required in vectors(rule.tree):
            if required and vector.metric is not None and vector.metric not in WHILE_FIRING:
                yield vector


def series_questions(rules: Sequence[WrittenRule]) -> tuple[str, ...]:
    """Return the selectors to ask for, each once. Metrics that rules record may not exist yet and are not asked for."""
    recorded = {rule.name for rule in rules if not rule.is_alert}
    asked = (instant(vector) for rule in rules for vector in needed(rule) if vector.metric not in recorded)
    return tuple(dict.fromkeys(asked))


def follow_up(rules: Iterable[WrittenRule], missing: Iterable[str]) -> tuple[str, ...]:
    """Return the next questions after some selectors found nothing: the metric alone, and with each matcher alone."""
    gone = set(missing)
    wider = (
        text
        for rule in rules
        for vector in needed(rule)
        if instant(vector) in gone
        for text in map(instant, narrowings(vector))
    )
    return tuple(dict.fromkeys(text for text in wider if text not in gone))


def narrowings(vector: Vector) -> tuple[Vector, ...]:
    """Return the metric alone, and with each of its matchers alone; nothing for a selector without matchers."""
    if not vector.matchers:
        return ()
    return (Vector(vector.metric), *(Vector(vector.metric, (matcher,)) for matcher in vector.matchers))


def expressions(rules: Iterable[WrittenRule]) -> tuple[str, ...]:
    """Return the expressions to evaluate, each once. Expressions that cannot be parsed are left to promtool."""
    return tuple(dict.fromkeys(rule.rule.expression for rule in rules if rule.tree is not None))
