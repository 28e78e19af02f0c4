"""Tests of gonogo.promql.tree."""

from __future__ import annotations

import pytest

from gonogo.promql.parser import parse
from gonogo.promql.tree import Matcher, Number, Text, walk


@pytest.mark.parametrize(
    ("matcher", "accepted", "refused"),
    [
        (Matcher("a", "=", "1"), "1", ""),
        (Matcher("a", "!=", "1"), "", "1"),
        (Matcher("a", "=~", "1|2"), "2", "12"),
        (Matcher("a", "!~", "1|2"), "12", "2"),
    ],
)
def test_a_matcher_accepts_the_same_values_as_prometheus(matcher: Matcher, accepted: str, refused: str) -> None:
    """An empty value stands for a missing label."""
    assert matcher.accepts(accepted)
    assert not matcher.accepts(refused)


@pytest.mark.parametrize("op", ["=~", "!~"])
def test_a_pattern_that_cannot_be_judged_accepts_everything(op: str) -> None:
    """An extra series causes an extra doubt, but a missing series would hide a doubt."""
    assert Matcher("a", op, "(?i)prod").accepts("dev")
    assert Matcher("a", op, "(?i)prod").accepts("PROD")


def test_walking_visits_every_node_from_left_to_right() -> None:
    """Each node is visited before its parts."""
    tree = parse("topk(2, x) - sum(rate(y[1m]))")
    seen = [type(node).__name__ for node in walk(tree)]
    assert seen == ["Binary", "Aggregation", "Number", "Vector", "Aggregation", "Call", "Range", "Vector"]


def test_equal_numbers_have_equal_nodes() -> None:
    """NaN equals NaN, and so do the hashes. Zero has no sign."""
    assert Number(float("nan")) == Number(float("nan"))
    assert len({Number(float("nan")), Number(float("nan")), Number(1.0), Number(0.0), Number(-0.0)}) == 3
    assert Number(1.0) != Number(float("nan")) != Number(1.0)
    assert Number(1.0) != Text("1")
