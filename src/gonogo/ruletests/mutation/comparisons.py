"""Changes comparisons: turned around, and with their bound in or out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.tree import Binary, Number
from gonogo.ruletests.mutation.mutation import NodeChange, becomes, settled, there
from gonogo.ruletests.mutation.places import MutationPlace

_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "!=", "!=": "=="}
_BOUND = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}
COMPARISONS = frozenset(_TURNED)


def holds(operator: str, left: float, right: float) -> bool:
    """Return True if the comparison of two numbers is true in PromQL."""
    match operator:
        case ">":
            return left > right
        case "<":
            return left < right
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case "==":
            return left == right
    return left != right


def turned(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Turn a comparison around."""
    if (node := _compared(place)) is not None:
        new = replace(node, operator=_TURNED[node.operator])
        kill = f"in {there(rule)}, assert once where `{written(node)}` is true and once where it is not{settled(rule)}"
        yield NodeChange(place, new, f"the comparison {becomes(node.operator, new.operator)}", kill)


def boundary(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Include the bound of a comparison, or exclude it."""
    if (node := _compared(place)) is not None and node.operator in _BOUND:
        new = replace(node, operator=_BOUND[node.operator])
        means = "true" if holds(node.operator, 0, 0) else "false"
        kill = (
            f"in {there(rule)}, feed series for which `{written(node.left)}` is exactly `{written(node.right)}`: "
            f"the rule's comparison is {means} there and the mutant's is not{settled(rule)}"
        )
        yield NodeChange(place, new, f"the comparison {becomes(node.operator, new.operator)}", kill)


def _compared(place: MutationPlace) -> Binary | None:
    """Return a comparison that can make a difference: not of two numbers, and not a ``bool`` whose value is unused."""
    node = place.node
    if not isinstance(node, Binary) or node.operator not in COMPARISONS or (place.presence and node.boolean):
        return None
    return None if isinstance(node.left, Number) and isinstance(node.right, Number) else node
