"""The questions that a lint asks a running server: which series exist, and which expressions can be evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.estate import Estate
from gonogo.promql.canonical import instant
from gonogo.promql.selectors import vectors
from gonogo.promql.tree import Vector

WHILE_FIRING = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
"""Series that exist only while an alert is pending or firing."""


def needed(rule: WrittenRule) -> Iterator[Vector]:
    """Yield the selectors of named metrics that must find series, or else the rule gives no result."""
    if rule.tree is not None:
        for vector, _, required in vectors(rule.tree):
            if required and vector.metric is not None and vector.metric not in WHILE_FIRING:
                yield vector


def series_questions(estate: Estate) -> tuple[str, ...]:
    """Return the selectors to ask for, each once. Metrics that rules record may not exist yet and are not asked for."""
    recorded = {rule.name for rule in estate.recording}
    asked = (instant(vector) for rule in estate.rules for vector in needed(rule) if vector.metric not in recorded)
    return tuple(dict.fromkeys(asked))


def follow_up(estate: Estate, missing: Iterable[str]) -> tuple[str, ...]:
    """Return the next questions after some selectors found nothing: the metric alone, and with each matcher alone."""
    gone = set(missing)
    wider = (
        text
        for rule in estate.rules
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


def expressions(estate: Estate) -> tuple[str, ...]:
    """Return the expressions to evaluate, each once. Expressions that cannot be parsed are left to promtool."""
    return tuple(dict.fromkeys(rule.rule.expression for rule in estate.rules if rule.tree is not None))
