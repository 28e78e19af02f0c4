"""Finds the age of the samples that a recorded metric is made of, as its rules read them.

``offset`` and ``@`` let a selector read older samples than those of now, however fresh its series are. A comparison
with the past, ``x - x offset 1w``, reads samples of now of the same raw metric as well. A raw metric that is read in
the past alone makes the result as old, also beside others: ``x offset 1w * y``. A side that only chooses gives no
value: ``x offset 1w and x``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import inf

from gonogo.model.rule import Rule
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import COMPARISONS, Aggregation, Binary, Expression, Subquery, Vector, children

Ages = Mapping[str, float]
"""Raw metric -> the age in seconds of its youngest samples that are read. A selector without a metric is its text."""

_OF_NOW = ("", "start()", "end()")


def oldest_seconds(metric: str, graph: RuleGraph) -> float:
    """Return the age in seconds of the raw metric that a metric reads furthest in the past; infinite if ``@`` fixes it.

    A rule that cannot be read counts as 0.
    """
    return max((oldest_of_rule(rule, graph) for rule in graph.recorded_by(metric)), default=0.0)


def oldest_of_rule(rule: Rule, graph: RuleGraph) -> float:
    """Return the same for one rule, a recording rule or an alert."""
    return max(_of_rule(rule, graph, ()).values(), default=0.0)


def _of_rule(rule: Rule, graph: RuleGraph, under: tuple[Rule, ...]) -> Ages:
    if any(rule is one for one in under):
        return {}
    try:
        tree = parse(rule.expression)
    except Refusal:
        return {}
    return _of_node(tree, graph, (*under, rule))


def _of_node(node: Expression, graph: RuleGraph, under: tuple[Rule, ...]) -> Ages:
    """Return the ages of the samples of which a node makes its values."""
    match node:
        case Vector():
            selector = Selector.of(node)
            made = [_of_rule(rule, graph, under) for rule in graph.makers(selector)]
            raw = {node.metric or selector.text: 0.0}
            return _shifted(node, reduce(_alternatives, made) if made else raw)
        case Binary(operator="or", left=left, right=right):
            return _alternatives(_of_node(left, graph, under), _of_node(right, graph, under))
        case Binary(left=left) if _is_filter(node) and (chosen := _of_node(left, graph, under)):
            return chosen
        case Aggregation(inner=inner):
            return _of_node(inner, graph, under)
        case Subquery(inner=inner):
            return _shifted(node, _of_node(inner, graph, under))
        case _:
            return reduce(_together, (_of_node(part, graph, under) for part in children(node)), {})


def _shifted(node: Vector | Subquery, ages: Ages) -> Ages:
    by = inf if node.at not in _OF_NOW else abs(node.offset.total_seconds())
    return {name: age + by for name, age in ages.items()}


def _alternatives(one: Ages, other: Ages) -> Ages:
    """Join the ages of two results of which either can be the result."""
    return _joined(one, other, max)


def _together(one: Ages, other: Ages) -> Ages:
    """Join the ages of two parts of one value."""
    return _joined(one, other, min)


def _joined(one: Ages, other: Ages, how: Callable[[float, float], float]) -> Ages:
    return {
        name: how(one.get(name, other.get(name, 0.0)), other.get(name, one.get(name, 0.0))) for name in {**one, **other}
    }


def _is_filter(node: Binary) -> bool:
    """Return whether an operator chooses samples of its left side, and takes no value from its right side."""
    return node.operator in {"and", "unless"} or (node.operator in COMPARISONS and not node.boolean)
