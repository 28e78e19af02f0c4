"""Metrics that are nowhere: made by no rule that a test file loads, and fed in by none of its tests."""

from __future__ import annotations

from collections.abc import Callable

from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.parser import parse
from gonogo.promql.tree import NAME_LABEL, Vector, walk
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.reach import certainly_empty

Unknown = Callable[[Vector], bool]
"""Tells whether a selector asks for a metric that is nowhere."""


def unknown(loaded: Loaded) -> Unknown:
    """Give the judge of a test file; where a series of its input cannot be read, nothing is unknown."""
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
    """Name the unknown metrics that make an expression empty for certain; none where it may give something."""
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
