"""Changes numbers and comparisons: a threshold, its bound, its direction, and any other number."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.tree import COMPARISONS, HOLDS, Aggregation, Binary, Call, Number, children
from gonogo.ruletests.mutation.mutation import MutationPlace, NodeChange, becomes, settled, there
from gonogo.ruletests.mutation.selectors import never_negative

_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "!=", "!=": "=="}
_BOUND = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}
_SHARE = 0.1
"""The step of a change: this share of the number, or of its distance to 0 or 1; at least 1 for a whole number."""

_ANY_VALUE = frozenset({"label_join", "label_replace", "time", "vector", "clamp_max", "clamp_min", "round"})


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
        means = "true" if HOLDS[node.operator](0, 0) else "false"
        kill = (
            f"in {there(rule)}, feed series for which `{written(node.left)}` is exactly `{written(node.right)}`: "
            f"the rule's comparison is {means} there and the mutant's is not{settled(rule)}"
        )
        yield NodeChange(place, new, f"the comparison {becomes(node.operator, new.operator)}", kill)


def thresholds(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Move a threshold up and down, if the numbers between the old and the new threshold are possible."""
    if (node := _compared(place)) is None:
        return
    for step, (side, other) in enumerate(((node.left, node.right), (node.right, node.left))):
        if not isinstance(side, Number):
            continue
        for value in (_moved(side.value, 1), _moved(side.value, -1)):
            points = _telling(node.operator, step, side.value, value)
            if not any(point >= 0 or not never_negative(other) for point in points):
                continue
            means = "true" if _at(node.operator, step, side.value, points[0]) else "false"
            kill = (
                f"in {there(rule)}, feed a series for which `{written(other)}` is {written(Number(points[0]))}: "
                f"the rule's comparison is {means} there and the mutant's is not{settled(rule)}"
            )
            change = f"the threshold {becomes(written(side), written(Number(value)))}"
            yield NodeChange(MutationPlace(side, (*place.path, step)), Number(value), change, kill)


def constants(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Move any other number up."""
    node = place.node
    if isinstance(node, Binary) and node.operator in COMPARISONS:
        return
    if place.presence and (isinstance(node, Binary) or (isinstance(node, Call) and node.function in _ANY_VALUE)):
        return
    for step, side in enumerate(children(node)):
        if isinstance(side, Number) and (value := _moved(side.value, 1)) != side.value:
            if isinstance(node, Aggregation) and node.operator in {"topk", "bottomk", "limitk"}:
                value = side.value + 1
            change = f"the number {becomes(written(side), written(Number(value)))} in `{written(node)}`"
            kill = f"in {there(rule)}, feed values for which `{written(node)}` shows the difference{settled(rule)}"
            yield NodeChange(MutationPlace(side, (*place.path, step)), Number(value), change, kill)


def _compared(place: MutationPlace) -> Binary | None:
    """Return a comparison that can make a difference: not of two numbers, and not a ``bool`` whose value is unused."""
    node = place.node
    if not isinstance(node, Binary) or node.operator not in COMPARISONS or (place.presence and node.boolean):
        return None
    return None if isinstance(node.left, Number) and isinstance(node.right, Number) else node


def _moved(value: float, sign: int) -> float:
    """Return a number that is a little greater or less; the same number if there is none."""
    if not isfinite(value):
        return value
    size = abs(value)
    if value == int(value):
        return value + sign * max(1.0, float(round(size * _SHARE)))
    room = min(size, 1 - size) if size < 1 else size
    return float(f"{value + sign * room * _SHARE:.12g}")


def _telling(comparison: str, step: int, old: float, new: float) -> list[float]:
    """List numbers for which the comparison with the old threshold differs from that with the new threshold."""
    points = (old, float(f"{(old + new) / 2:.12g}"), new, 0.0, max(old, new) + 1, min(old, new) - 1)
    return [point for point in points if _at(comparison, step, old, point) != _at(comparison, step, new, point)]


def _at(comparison: str, step: int, bound: float, value: float) -> bool:
    """Compare a value with a bound, which is the side number ``step`` of the comparison."""
    left, right = (bound, value) if step == 0 else (value, bound)
    return bool(HOLDS[comparison](left, right))
