"""Finds the age of the youngest samples that a recorded metric is made of, as its rules read them.

``offset`` and ``@`` let a selector read older samples than those of now, however fresh its series are. A comparison
with the past, ``x - x offset 1w``, reads samples of now as well. Any other metric is as old as its youngest samples.
A side that only chooses, as in ``x offset 1w and y``, gives no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf

from gonogo.model.rule import Rule
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import COMPARISONS, Aggregation, Binary, Expression, Subquery, Vector, children

_OF_NOW = ("", "start()", "end()")


def youngest_seconds(metric: str, graph: RuleGraph) -> float:
    """Return the age in seconds of the youngest samples under a metric; infinite if ``@`` fixes the time of all.

    If several rules record the metric, the one with the oldest samples counts. A rule that cannot be read counts as 0.
    """
    return max((_of_rule(rule, graph, ()) for rule in graph.recorded_by(metric)), default=0.0)


def _of_rule(rule: Rule, graph: RuleGraph, under: tuple[Rule, ...]) -> float:
    if any(rule is one for one in under):
        return 0.0
    try:
        tree = parse(rule.expression)
    except Refusal:
        return 0.0
    return _of_node(tree, graph, (*under, rule)) or 0.0


def _of_node(node: Expression, graph: RuleGraph, under: tuple[Rule, ...]) -> float | None:
    """Return the age of the youngest samples of which a node makes its values; ``None`` if it reads no series."""
    match node:
        case Vector():
            made = (_of_rule(rule, graph, under) for rule in graph.makers(Selector.of(node)))
            return _shift(node) + max(made, default=0.0)
        case Binary(operator="or", left=left, right=right):
            return max(_known(_of_node(part, graph, under) for part in (left, right)), default=None)
        case Binary(left=left) if _is_filter(node) and (age := _of_node(left, graph, under)) is not None:
            return age
        case Aggregation(inner=inner):
            return _of_node(inner, graph, under)
        case _:
            age = min(_known(_of_node(part, graph, under) for part in children(node)), default=None)
            return age + _shift(node) if isinstance(node, Subquery) and age is not None else age


def _shift(node: Vector | Subquery) -> float:
    return inf if node.at not in _OF_NOW else abs(node.offset.total_seconds())


def _known(ages: Iterable[float | None]) -> Iterator[float]:
    return (age for age in ages if age is not None)


def _is_filter(node: Binary) -> bool:
    """Return whether an operator chooses samples of its left side, and takes no value from its right side."""
    return node.operator in {"and", "unless"} or (node.operator in COMPARISONS and not node.boolean)
