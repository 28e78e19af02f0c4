"""Unknown metrics: no rule of a test file makes them, and no test of the file feeds them in."""

from __future__ import annotations

from collections.abc import Callable

from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.parser import parse
from gonogo.promql.tree import NAME_LABEL, Vector, walk
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.reach import certainly_empty

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
