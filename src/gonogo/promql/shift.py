"""Finds the age of the youngest samples that a recorded metric is made of, as its rules read them.

``offset`` and ``@`` let a selector read older samples than those of now, however fresh its series are. A comparison
with the past, ``x - x offset 1w``, reads samples of now as well. Any other metric is as old as its youngest samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from gonogo.model.rule import Rule
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Expression, Subquery, Vector, children

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
    return min((_of_vector(leaf, shift, graph, (*under, rule)) for leaf, shift in _leaves(tree)), default=0.0)


def _of_vector(vector: Vector, shift: float, graph: RuleGraph, under: tuple[Rule, ...]) -> float:
    made = (_of_rule(maker, graph, under) for maker in graph.makers(Selector.of(vector)))
    return shift + max(made, default=0.0)


def _leaves(root: Expression) -> Iterator[tuple[Vector, float]]:
    """Yield the selectors of a tree, each with the seconds by which it is shifted."""
    waiting = [(root, 0.0)]
    while waiting:
        node, shift = waiting.pop()
        if isinstance(node, Vector | Subquery):
            shift += inf if node.at not in _OF_NOW else abs(node.offset.total_seconds())
        if isinstance(node, Vector):
            yield node, shift
        else:
            waiting += ((part, shift) for part in children(node))
