"""Tests of gonogo.rules.promql."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.rules import promql
from gonogo.rules.promql import DEEPEST, parse
from gonogo.rules.tree import Aggregation, Binary, Call, Labels, Matcher, Number, Range, Subquery, Vector


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "no expression"),
        ("x{", "brace"),
        ("rate(x)", "expected type matrix"),
        ("nonsense(x)", "unknown function"),
        ("1 > 2", "BOOL"),
        ('x{a=~"["}', "illegal regex"),
        ('x{a="1" or b="2"}', "'or' between label matchers"),
        ("x @ -1", "before 1970"),
        ("x @ 1e12", "beyond the year 9999"),
        ("x @ 1e20", "too large"),
        ("x[0.0001]", "cannot be written as a Prometheus duration"),
        ("(" * 5000 + "x" + ")" * 5000, "operators and brackets"),
        ("x" + " + x" * (DEEPEST + 1), "inside one another"),
        ("-" * (DEEPEST + 1) + "x", "inside one another"),
    ],
)
def test_what_cannot_be_read_says_why(expression: str, why: str) -> None:
    """Every refusal is a ValueError with its cause."""
    with pytest.raises(ValueError, match=why):
        parse(expression)


@pytest.mark.parametrize("expression", ["x[1e20]", "x offset Inf", "x[5m:1e400]"])
def test_a_panic_of_the_native_parser_is_a_refusal(expression: str) -> None:
    """Its own bugs end neither the process nor the verdict."""
    with pytest.raises(ValueError, match="the parser cannot bear it"):
        parse(expression)


def test_an_interruption_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else ends the reading passes through."""

    def interrupted(node: object, depth: int) -> None:
        raise KeyboardInterrupt(node, depth)

    monkeypatch.setattr(promql, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        parse("interrupted_x")


def test_a_tree_has_all_that_the_text_says() -> None:
    """Modifiers, windows and labels are where they belong, in one order."""
    text = 'sum by (b, a) (rate(x{l=~"1"}[5m] offset 1m)) > bool on (b) group_left (c) max_over_time(y[1h:] @ 7)'
    vector = Vector("x", (Matcher("l", "=~", "1"),), timedelta(minutes=1))
    assert parse(text) == Binary(
        ">",
        Aggregation("sum", Call("rate", (Range(vector, timedelta(minutes=5)),)), Labels("by", ("a", "b"))),
        Call("max_over_time", (Subquery(Vector("y"), timedelta(hours=1), None, at="7.0"),)),
        boolean=True,
        matching=Labels("on", ("b",)),
        group=Labels("group_left", ("c",)),
    )


def test_depth_within_the_limit_is_read() -> None:
    """Parentheses are no depth."""
    assert parse("(" * 300 + "-(1)" + ")" * 300) == Number(-1)
    assert isinstance(parse("x" + " + x" * (DEEPEST - 1)), Binary)
