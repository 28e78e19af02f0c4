"""Unknown metrics, which no rule makes and no test feeds in, and the expressions that are empty without them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.parser import parse
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import (
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Range,
    Subquery,
    Vector,
    walk,
)
from gonogo.ruletests.core.loaded import Loaded

LOOKBACK = timedelta(minutes=5)
"""The time for which promtool's tests use a sample if no newer sample follows."""

ALWAYS = ABSENCE_FUNCTIONS | {"scalar", "vector", "info"}
"""The functions that give a result for an empty input."""


def certainly_empty(root: Expression, missing: Callable[[Vector], bool]) -> bool:
    """Return True if an expression certainly gives nothing when the ``missing`` selectors find nothing."""
    match root:
        case Vector():
            return missing(root)
        case Range(vector=vector):
            return missing(vector)
        case Binary(operator="or", left=left, right=right):
            return certainly_empty(left, missing) and certainly_empty(right, missing)
        case _:
            return any(certainly_empty(part, missing) for part in _needed(root))


def _needed(node: Expression) -> tuple[Expression, ...]:
    """Return the parts of an expression that must all have a result: if one is empty, the expression is empty."""
    match node:
        case Binary(operator="unless", left=left):
            return (left,)
        case Binary(left=left, right=right, fill=(None, None)):
            return (left, right)
        case Aggregation(inner=inner) | Subquery(inner=inner) | Negation(inner=inner):
            return (inner,)
        case Call(function=function, arguments=arguments) if function not in ALWAYS:
            return arguments
        case _:
            return ()


Unknown = Callable[[Vector], bool]
"""A function that returns True if a selector asks for an unknown metric."""


def unknown(loaded: Loaded) -> Unknown:
    """Return the function for a test file. If a series of the file's input cannot be read, no metric is unknown."""
    fed = {labels.get(NAME_LABEL) for every in loaded.inputs.values() for labels in every if labels is not None}
    unread = any(labels is None for every in loaded.inputs.values() for labels in every)
    recorded = {rule.name for rule in loaded.rules}

    def is_unknown(vector: Vector) -> bool:
        if unread or vector.metric is None:
            return False
        if vector.metric in ALERT_METRICS and vector.metric not in fed:
            named = [m for m in vector.matchers if m.label == "alertname"]
            return not any(all(m.accepts(name) for m in named) for name in loaded.alerts)
        return vector.metric not in recorded and vector.metric not in fed

    return is_unknown


def emptying(expression: str, is_unknown: Unknown) -> tuple[str, ...]:
    """Return the unknown metrics that certainly make an expression empty; empty if it can have a result."""
    try:
        tree = parse(expression)
    except ValueError:
        return ()
    if not certainly_empty(tree, is_unknown):
        return ()
    vectors = (node for node in walk(tree) if isinstance(node, Vector))
    return tuple(dict.fromkeys(_name(vector) for vector in vectors if is_unknown(vector)))


def _name(vector: Vector) -> str:
    alert = next((m.value for m in vector.matchers if m.label == "alertname" and m.op == "="), None)
    return f"{vector.metric}{{alertname={alert!r}}}" if alert is not None else str(vector.metric)
