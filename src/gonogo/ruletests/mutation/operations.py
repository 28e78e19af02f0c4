"""Changes operations: aggregations, functions, grouping, branches, matching labels and arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.tree import Aggregation, Binary, Call, Labels, Number
from gonogo.ruletests.mutation.mutation import MutationPlace, NodeChange, becomes, settled, there


def _swapped(*pairs: tuple[str, str]) -> dict[str, str]:
    return {old: new for one, other in pairs for old, new in ((one, other), (other, one))}


_ARITHMETIC = {"%": "*", "^": "*", **_swapped(("+", "-"), ("*", "/"))}
_NEUTRAL = {"+": 0.0, "-": 0.0, "*": 1.0, "/": 1.0}
_OPERATORS = {
    "sum": "avg",
    "avg": "max",
    "count": "sum",
    **_swapped(("min", "max"), ("stddev", "stdvar"), ("topk", "bottomk")),
}
_FUNCTIONS = {
    "avg_over_time": "max_over_time",
    "last_over_time": "max_over_time",
    "count_over_time": "sum_over_time",
    "sum_over_time": "avg_over_time",
    "irate": "rate",
    "delta": "increase",
    **_swapped(("rate", "increase"), ("min_over_time", "max_over_time"), ("changes", "resets")),
    **_swapped(("ceil", "floor"), ("clamp_max", "clamp_min")),
}
_SELECTIVE = frozenset({"topk", "bottomk"})
_PROPORTIONAL = frozenset({"sum", "avg", "rate", "increase"})
"""Operators and functions that differ only by a positive factor: the length of a window or the number of series."""


def branches(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Drop each branch of ``or``, and the right side of ``and`` and ``unless``."""
    node = place.node
    if not isinstance(node, Binary):
        return
    if node.operator == "or":
        for branch, rest in ((node.left, node.right), (node.right, node.left)):
            kill = f"in {there(rule)}, feed series for which only `{written(branch)}` gives a result{settled(rule)}"
            yield NodeChange(place, rest, f"the branch `{written(branch)}` of `or` is dropped", kill)
    elif node.operator in {"and", "unless"}:
        gives = "nothing" if node.operator == "and" else "a result"
        kill = (
            f"in {there(rule)}, feed series for which `{written(node.left)}` gives a result and "
            f"`{written(node.right)}` gives {gives}, and assert that there is none{settled(rule)}"
        )
        yield NodeChange(place, node.left, f"`{node.operator} {written(node.right)}` is dropped", kill)


def matching(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Leave out each label of ``on``, ``ignoring``, ``group_left`` and ``group_right``."""
    node = place.node
    if not isinstance(node, Binary):
        return
    pairs = [(labels, labels is node.matching) for labels in (node.matching, node.group) if labels is not None]
    for labels, is_match in pairs:
        for name in labels.names:
            rest = Labels(labels.word, tuple(other for other in labels.names if other != name))
            new = replace(node, matching=_matching(rest)) if is_match else replace(node, group=rest)
            change = f"the label {name} is dropped from `{labels.word} ({', '.join(labels.names)})`"
            kill = f"feed in series on both sides that differ in {name}, and assert their results in {there(rule)}"
            yield NodeChange(place, new, change, kill)


def _matching(labels: Labels) -> Labels | None:
    return None if labels.word == "ignoring" and not labels.names else labels


def arithmetic(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Exchange addition with subtraction, and multiplication with division."""
    node = place.node
    if place.presence or not isinstance(node, Binary) or node.operator not in _ARITHMETIC:
        return
    if isinstance(node.right, Number) and node.right.value == _NEUTRAL.get(node.operator):
        return
    new = replace(node, operator=_ARITHMETIC[node.operator])
    kill = f"in {there(rule)}, feed values for which `{written(node)}` and `{written(new)}` differ{settled(rule)}"
    yield NodeChange(place, new, f"the operation {becomes(node.operator, new.operator)}", kill)


def operators(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Aggregate with another operator."""
    node = place.node
    if not isinstance(node, Aggregation) or node.operator not in _OPERATORS:
        return
    new = replace(node, operator=_OPERATORS[node.operator])
    if (place.presence and node.operator not in _SELECTIVE) or (
        place.scale and {node.operator, new.operator} <= _PROPORTIONAL
    ):
        return
    kill = (
        f"in {there(rule)}, feed several series with different values into one group of `{written(node)}`, "
        f"so that {node.operator} and {new.operator} differ{settled(rule)}"
    )
    yield NodeChange(place, new, f"the aggregation {becomes(node.operator, new.operator)}", kill)


def functions(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Call another function that takes the same arguments."""
    node = place.node
    if place.presence or not isinstance(node, Call) or node.function not in _FUNCTIONS:
        return
    new = replace(node, function=_FUNCTIONS[node.function])
    if place.scale and {node.function, new.function} <= _PROPORTIONAL:
        return
    kill = f"in {there(rule)}, feed samples for which `{written(node)}` and `{written(new)}` differ{settled(rule)}"
    yield NodeChange(place, new, f"the function {becomes(node.function, new.function)}", kill)


def groupings(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Leave out each label of ``by`` and ``without``."""
    node = place.node
    if not isinstance(node, Aggregation) or node.grouping is None:
        return
    for name in node.grouping.names:
        rest = tuple(other for other in node.grouping.names if other != name)
        grouping = None if node.grouping.word == "by" and not rest else Labels(node.grouping.word, rest)
        change = f"the label {name} is dropped from `{node.grouping.word} ({', '.join(node.grouping.names)})`"
        kill = (
            f"feed in series that differ in {name} alone, and assert in {there(rule)} "
            f"{'one result for each of them' if node.grouping.word == 'by' else 'one result for all of them'}"
        )
        yield NodeChange(place, replace(node, grouping=grouping), change, kill)
