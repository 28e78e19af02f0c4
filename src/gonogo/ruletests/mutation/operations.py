"""Changes operations with two sides: drops branches and matching labels, exchanges arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.tree import Binary, Labels, Number
from gonogo.ruletests.mutation.mutation import NodeChange, becomes, settled, there
from gonogo.ruletests.mutation.places import MutationPlace

_ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "^": "*"}
_NEUTRAL = {"+": 0.0, "-": 0.0, "*": 1.0, "/": 1.0}


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
