"""Tests of labels by which the sides of an operator never match."""

from __future__ import annotations

import pytest

from gonogo.promql.label_flow import flowed
from gonogo.promql.label_matching import Conflict, conflict
from gonogo.promql.label_set import LabelSet, selected
from gonogo.promql.parser import parse
from gonogo.promql.tree import Binary, Vector, children, walk


def conflict_in(expression: str) -> Conflict | None:
    """Return the conflict at an expression's root."""
    tree = parse(expression)
    assert isinstance(tree, Binary)
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    return conflict(tree, known[id(tree.left)], known[id(tree.right)])


@pytest.mark.parametrize(
    "expression",
    [
        'x{job="a"} / on (job) y{job="b"}',
        'x{job="a"} / y{job="b"}',
        'x{job="a"} and sum(y)',
        'sum(x) unless on (job) y{job!=""}',
        'x{job="a"} / ignoring (pod) y{job="b"}',
        'x{job=~"a|b"} * on (job) group_left y{job=~"c|d"}',
    ],
)
def test_sides_without_a_common_value_never_match(expression: str) -> None:
    """One side lacks the label, or both require different values."""
    found = conflict_in(expression)
    assert found is not None
    assert found.label == "job"


@pytest.mark.parametrize(
    "expression",
    [
        "x / y",
        "x / on (job) sum(y)",
        'x{job="a"} or y{job="b"}',
        'x{job="a"} / ignoring (job) y{job="b"}',
        'x{job="a"} / on (pod) y{job="b"}',
        'x{job="a"} / on () y{job="b"}',
        'x{job="a"} > 1',
        '1 < x{job="a"}',
        'x{job="a"} + fill (0) y{job="b"}',
        "x / on (__name__) y",
    ],
)
def test_sides_that_can_match_are_left_alone(expression: str) -> None:
    """The label is ignored, possible on both sides, or not needed."""
    assert conflict_in(expression) is None
