"""Changes numbers: a threshold up and down, any other number up."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.tree import Aggregation, Binary, Call, Number, children
from gonogo.ruletests.mutation.comparisons import COMPARISONS, holds
from gonogo.ruletests.mutation.mutation import NodeChange, becomes, settled, there
from gonogo.ruletests.mutation.places import MutationPlace
from gonogo.ruletests.mutation.sameness import never_negative

_SHARE = 0.1
"""The step of a change: this share of the number, or of its distance to 0 or 1; at least 1 for a whole number."""

_ANY_VALUE = frozenset({"label_join", "label_replace", "time", "vector", "clamp_max", "clamp_min", "round"})


def thresholds(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Move a threshold up and down."""
    node = place.node
    if not isinstance(node, Binary) or node.operator not in COMPARISONS or (place.presence and node.boolean):
        return
    for step, (side, other) in enumerate(((node.left, node.right), (node.right, node.left))):
        if isinstance(side, Number) and not isinstance(other, Number):
            for value in (_moved(side.value, 1), _moved(side.value, -1)):
                if value != side.value and _differ(node, step, value):
                    where = MutationPlace(side, (*place.path, step))
                    change = f"the threshold {becomes(written(side), written(Number(value)))}"
                    yield NodeChange(where, Number(value), change, _kill(rule, node, step, value))


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


def _moved(value: float, sign: int) -> float:
    """Return a number that is a little greater or less; the same number if there is none."""
    if not isfinite(value):
        return value
    size = abs(value)
    if value == int(value):
        return value + sign * max(1.0, float(round(size * _SHARE)))
    room = min(size, 1 - size) if size < 1 else size
    return float(f"{value + sign * room * _SHARE:.12g}")


def _kill(rule: Rule, node: Binary, step: int, value: float) -> str:
    """Find a value at which the comparison and its mutant differ, and describe an assertion at that value."""
    side, other = (node.left, node.right) if step == 0 else (node.right, node.left)
    old = side.value if isinstance(side, Number) else value
    point = next(
        v
        for v in (old, float(f"{(old + value) / 2:.12g}"), value)
        if _at(node, step, old, v) != _at(node, step, value, v)
    )
    means = "true" if _at(node, step, old, point) else "false"
    return (
        f"in {there(rule)}, feed a series for which `{written(other)}` is {written(Number(point))}: "
        f"the rule's comparison is {means} there and the mutant's is not{settled(rule)}"
    )


def _differ(node: Binary, step: int, value: float) -> bool:
    """Return True if some possible number is on one side of the old threshold and on the other side of the new one."""
    side, other = (node.left, node.right) if step == 0 else (node.right, node.left)
    old = side.value if isinstance(side, Number) else value
    points = (0.0, old, value, (old + value) / 2, max(old, value) + 1, min(old, value) - 1)
    possible = (point for point in points if point >= 0 or not never_negative(other))
    return any(_at(node, step, old, point) != _at(node, step, value, point) for point in possible)


def _at(node: Binary, step: int, bound: float, value: float) -> bool:
    return holds(node.operator, bound, value) if step == 0 else holds(node.operator, value, bound)
