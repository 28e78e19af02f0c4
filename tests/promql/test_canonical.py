"""Tests of gonogo.promql.canonical, and of reading its texts."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.durations import format_duration
from gonogo.promql.canonical import canonical, written
from gonogo.promql.matchers import quoted
from gonogo.promql.parser import parse
from gonogo.promql.tree import Expression, Matcher, Number
from tests.promql.promql_strategies import durations, matcher_sets, numbers, trees


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rate(x)",
        "x{",
        "nonsense(x)",
        'x{a="1" or b="2"}',
        "x @ 1e19",
        "x[1e20]",
        "x / 1e400",
        "x offset Inf",
        "(" * 5000,
    ],
)
def test_an_unreadable_text_has_no_canonical_text(expression: str) -> None:
    """The result is None, without an exception. The text is not PromQL, or cannot be judged."""
    assert canonical(expression) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x[5m]", "x[5m:]"),
        ("x[5m:]", "x[5m:1m]"),
        ("x", "x offset 5m"),
        ("x offset 5m", "x offset -5m"),
        ("x", "x @ 0"),
        ("x @ start()", "x @ end()"),
        ("x > 1", "x > bool 1"),
        ("x > 1", "x >= 1"),
        ("x - y", "y - x"),
        ("a - (b - c)", "a - b - c"),
        ("-1 ^ 2", "(-1) ^ 2"),
        ("x / 0", "x / -0"),
        ("sum(x)", "sum without () (x)"),
        ("sum(x)", "sum by (a) (x)"),
        ("x + y", "x + on () y"),
        ("x + on (a) y", "x + on (a) group_left y"),
        ("x + on (a) group_left y", "x + on (a) group_right y"),
        ("x + on (a) group_left y", "x + on (a) group_left (b) y"),
        ("x + on (a) y", "x + ignoring (a) y"),
        ("x + y", "x + fill (0) y"),
        ("x + fill_left (0) y", "x + fill_right (0) y"),
        ('x{a="1"}', 'x{a=~"1"}'),
        ('x{a=""}', "x"),
        ("'0.5'", "0.5"),
        ("x", "X"),
    ],
)
def test_expressions_with_different_meanings_have_different_texts(one: str, other: str) -> None:
    """They differ in ranges, modifiers, operators or shapes."""
    assert canonical(one) is not None
    assert canonical(other) is not None
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("rate( x [90s] )", "rate(x[1m30s])"),
        ("x[300]", "x[5m]"),
        ("((x))", "x"),
        ("(a * b) + c", "(a * b) + c"),
        ("a * b + c", "(a * b) + c"),
        ('x{b="2",a=\'1\',b="2"}', 'x{a="1",b="2"}'),
        ('{a="1",__name__="x"}', 'x{a="1"}'),
        ('{"x"}', "x"),
        ('{"a b"="1"}', '{"a b"="1"}'),
        ('{__name__="on"}', '{__name__="on"}'),
        ('{__name__="x",__name__!="y"}', '{__name__!="y",__name__="x"}'),
        ('{__name__="x",__name__="y"}', '{__name__="x",__name__="y"}'),
        ("SUM(x) BY (b, a, b)", "sum by (a, b) (x)"),
        ("sum by () (x)", "sum(x)"),
        ("sum(x) without (b,a)", "sum without (a, b) (x)"),
        ("x + ignoring () y", "x + y"),
        ("x * on(b,a) group_left(d,c) y", "x * on (a, b) group_left (c, d) y"),
        ("x AND y", "x and y"),
        ("x <= 0.60", "x <= 0.6"),
        ("x < .5e1", "x < 5"),
        ("0x1F", "31"),
        ("-(1)", "-1"),
        ("- -x", "-(-x)"),
        ("+x", "x"),
        ("nan", "NaN"),
        ("-inf", "-Inf"),
        ("x / INF", "x / Inf"),
        ("x[5m + 1m] offset (30s * 2)", "x[6m] offset 1m"),
        ("'\\141\\x62\\u0063'", '"abc"'),
        ("x[5m - 5m]", "x[5m - 5m]"),
        ("x[step()] offset -range()", "x[step()]"),
        ("x[-max_of(1m, -(2))]", "x[-max_of(1m, -(2))]"),
        ("x[1h : -1m + 30s]", "x[1h:-1m + 30s]"),
        ("x[0.0001] offset 0.25", "x[0.0001] offset 250ms"),
        ("x anchored [5m] offset 1m", "x[5m] anchored offset 1m"),
        ("x SMOOTHED", "x smoothed"),
        ("anchored > 1", '{__name__="anchored"} > 1'),
        ("a </ 0.5 >/ 2", "(a </ 0.5) >/ 2"),
        ("x + fill(1) y", "x + fill_left (1) fill_right (1) y"),
        ("http.requests > 1", '{__name__="http.requests"} > 1'),
        ('sum by ("without", "a b", job, `NaN`) (x)', 'sum by ("NaN", "a b", job, "without") (x)'),
        (r'x{a="\xff\x00\ufffd\n"}', r'x{a="\xff\x00\ufffd\n"}'),
        ("x @ -1.5", "x @ -1.5"),
        ("1_000 + 010 + 5m", "(1000 + 8) + 300"),
        ('info(x, {a=~".+"})', 'info(x, {a=~".+"})'),
        ('info(x, {__name__="b", a=~".+"})', 'info(x, {__name__="b",a=~".+"})'),
        ('info(x, {"b"})', 'info(x, {__name__="b"})'),
        ("topk(3, x)", "topk(3, x)"),
        ('count_values without (a) ("v", x)', 'count_values without (a) ("v", x)'),
        ("x offset 1w @ end()", "x @ end() offset 7d"),
        ("x[5m] offset -1m", "x[5m] offset -1m"),
        ("(x + y)[1h:90s] @ 12.5", "(x + y)[1h:1m30s] @ 12.5"),
        ("sum(x)[1h:]", "sum(x)[1h:]"),
        (r"x{a=~`\d`}", r'x{a=~"\\d"}'),
        ("holt_winters(x[5m], 0.1, 0.2)", "holt_winters(x[5m], 0.1, 0.2)"),
        ("x # why\n > 1", "x > 1"),
    ],
)
def test_every_spelling_has_one_canonical_text(spelling: str, expected: str) -> None:
    """Order, spacing, quoting, needless parentheses and ways to write a number or a duration do not matter."""
    assert canonical(spelling) == expected


def test_only_a_chain_within_the_limit_has_a_canonical_text() -> None:
    """The limit is two hundred operations inside one another, independent of the free stack."""
    assert canonical(" + ".join(["x"] * 300)) is None
    assert canonical(" + ".join(["x"] * 150)) is not None


@given(trees)
def test_a_written_tree_is_read_back_as_the_same_tree(tree: Expression) -> None:
    """Writing and reading are inverse, so two trees with one text are one tree."""
    assert parse(written(tree)) == tree


@given(trees)
def test_the_canonical_text_of_a_canonical_text_is_the_same(tree: Expression) -> None:
    """The function ``canonical`` is idempotent."""
    text = written(tree)
    assert canonical(text) == text


@given(matcher_sets, st.randoms(use_true_random=False))
def test_the_order_of_matchers_does_not_matter(matchers: tuple[Matcher, ...], shuffled: random.Random) -> None:
    """A selector is a set of matchers."""
    in_order = [f"{m.label}{m.op}{quoted(m.value)}" for m in matchers]
    other = shuffled.sample(in_order, len(in_order))
    assert canonical(f"x{{{','.join(in_order)}}}") == canonical(f"x{{{' , '.join(other)}}}")


@given(trees, numbers, numbers)
def test_another_number_is_another_text(tree: Expression, one: Number, other: Number) -> None:
    """A changed threshold is always noticed."""
    assume(repr(one.value) != repr(other.value))
    text = written(tree)
    assert canonical(f"({text}) > {written(one)}") != canonical(f"({text}) > {written(other)}")


@given(durations, durations)
def test_another_range_is_another_text(one: timedelta, other: timedelta) -> None:
    """A changed window is always noticed."""
    texts = {canonical(f"rate(x[{format_duration(length)}])") for length in (one, other)}
    assert len(texts) == (1 if one == other else 2)
