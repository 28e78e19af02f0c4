"""The places of a tree, and those where a change makes no difference."""

from __future__ import annotations

import pytest
from hypothesis import given

from gonogo.promql.canonical import written
from gonogo.promql.parser import parse
from gonogo.promql.tree import Expression, Number, Vector, walk
from gonogo.ruletests.mutation.mutation import node_at, places, replaced
from tests.promql.promql_strategies import trees

ALL = (
    "sum by (a) (rate(x[5m])) / on (a) quantile by (a) (0.9, y) > 1 or -max_over_time((z + 1)[1h:5m]) unless absent(w)"
)


def _present(text: str) -> set[str]:
    return {written(place.node) for place in places(parse(text)) if place.presence}


def _scaled(text: str) -> set[str]:
    return {written(place.node) for place in places(parse(text)) if place.scale}


def test_every_node_is_visited_in_order() -> None:
    """Places are in the order of a walk, and each path leads to its node."""
    root = parse(ALL)
    found = list(places(root))
    assert [place.node for place in found] == list(walk(root))
    assert all(node_at(root, place.path) is place.node for place in found)


@pytest.mark.parametrize("place", range(len(list(walk(parse(ALL))))))
def test_a_node_replaced_by_itself_changes_nothing(place: int) -> None:
    """Rebuilding along any path keeps everything else."""
    root = parse(ALL)
    one = list(places(root))[place]
    assert replaced(root, one.path, one.node) == root


def test_only_the_node_at_the_path_is_replaced() -> None:
    """Only the node at the path changes."""
    root = parse("a + b")
    assert replaced(root, (1,), Number(2)) == parse("a + 2")
    assert replaced(root, (), Vector("c")) == parse("c")


@given(trees)
def test_any_tree_can_be_rebuilt(root: Expression) -> None:
    """Each place of any expression can be replaced."""
    found = list(places(root))
    assert found
    for place in found:
        assert replaced(root, place.path, place.node) == root


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x > 5", set()),
        ("absent(sum(x))", {"sum(x)", "x"}),
        ("count(-x)", {"-x", "x"}),
        ("group(abs(x))", {"abs(x)", "x"}),
        ("count(rate(x[5m]))", {"rate(x[5m])"}),
        ("a and b + c", {"b + c", "b", "c"}),
        ("a unless (b or c)", {"b or c", "b", "c"}),
        ("a and (b > 1)", {"b > 1"}),
        ("a and (b > bool 1)", {"b > bool 1", "b", "1"}),
        ("a and topk(1, b)", {"topk(1, b)"}),
    ],
)
def test_the_values_of_some_nodes_make_no_difference(text: str, found: set[str]) -> None:
    """Values that only show which series exist make no difference until they are compared."""
    assert _present(text) == found


def test_the_value_of_an_alert_may_be_unused() -> None:
    """The threshold of its comparison still counts."""
    root = parse("x * 2 > 1")
    assert [place.presence for place in places(root, presence=True)] == [True, False, False, False, False]
    assert all(place.presence for place in places(parse("x * 2"), presence=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("histogram_quantile(0.9, sum by (le) (rate(x[5m])))", {"sum by (le) (rate(x[5m]))", "rate(x[5m])"}),
        ("a and sum(x) > 0", {"sum(x)", "x"}),
        ("a and (sum(x) > 0 < Inf)", {"sum(x) > 0", "sum(x)", "x"}),
        ("sum(x) > bool 0", {"sum(x)", "x"}),
        ("sum(x) > 0", set()),
        ("a and sum(x) > 1", set()),
        ("a and sum(x) > b", set()),
    ],
)
def test_the_scale_of_some_nodes_makes_no_difference(text: str, found: set[str]) -> None:
    """A positive factor makes no difference to buckets, and to values that are only compared with 0."""
    assert _scaled(text) == found
