"""An expression over a metric that no rule records and no test feeds in is empty: with no samples expected, it passes.

Reported only where the expression is empty for certain because of it; ``absent(x)`` and the branches of ``or``
may well be meant. A series of ``ALERTS`` is unknown where no rule raises the alert it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gonogo.errors import Problem
from gonogo.rules.graph import ALERT_METRICS
from gonogo.rules.promql import parse
from gonogo.rules.tree import NAME_LABEL, Expression, Vector, walk
from gonogo.unit.loaded import Loaded
from gonogo.unit.reach import certainly_empty
from gonogo.unit.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """List the assertions of no samples that a metric's not being anywhere makes true."""
    missing = _missing(loaded)
    for test in loaded.unit.tests:
        for one in test.expressions:
            if one.expected:
                continue
            try:
                tree = parse(one.expression)
            except ValueError:
                continue
            if certainly_empty(tree, missing):
                what = ", ".join(dict.fromkeys(_name(vector) for vector in _vectors(tree) if missing(vector)))
                why = f"no samples are expected, and {what} is made by no rule and fed in by no test of the file"
                yield Problem(one.where, why, "mend the name")


def _missing(loaded: Loaded) -> Callable[[Vector], bool]:
    fed = {labels.get(NAME_LABEL) for every in loaded.inputs.values() for labels in every if labels is not None}
    unread = any(labels is None for every in loaded.inputs.values() for labels in every)
    recorded = {rule.name for rule in loaded.rules}

    def missing(vector: Vector) -> bool:
        if unread or vector.metric is None:
            return False
        if vector.metric in ALERT_METRICS and vector.metric not in fed:
            named = [m for m in vector.matchers if m.label == "alertname"]
            return not any(all(m.accepts(name) for m in named) for name in loaded.alerts)
        return vector.metric not in recorded and vector.metric not in fed

    return missing


def _vectors(tree: Expression) -> Iterator[Vector]:
    return (node for node in walk(tree) if isinstance(node, Vector))


def _name(vector: Vector) -> str:
    alert = next((m.value for m in vector.matchers if m.label == "alertname" and m.op == "="), None)
    return f"{vector.metric}{{alertname={alert!r}}}" if alert is not None else str(vector.metric)


SILENT_PASS = SilentPass("unknown-metric", find)
