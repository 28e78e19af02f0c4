"""Tests of gonogo.promql.selectors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.promql.selectors import Selector, selectors


def test_an_expression_that_cannot_be_read_has_no_selectors_to_tell() -> None:
    """The error is the reader's own, not an empty answer."""
    with pytest.raises(ValueError, match="not closed"):
        selectors("sum(x")


@pytest.mark.parametrize(
    ("expression", "classic"),
    [
        ('x{a="b"}', True),
        ('{"http.requests"}', True),
        ('{"http.requests","service.name"="web"}', False),
        ('x{"a:b"="c"}', False),
    ],
)
def test_only_a_label_in_quotes_keeps_old_servers_from_reading_a_selector(expression: str, classic: bool) -> None:  # noqa: FBT001 - a table
    """A metric's name is written as the value of a label, which every version reads."""
    (selector,) = selectors(expression)
    assert selector.is_classic is classic


@pytest.mark.parametrize(
    ("expression", "required", "free"),
    [
        ("x", ["x"], []),
        ("1 - x / y", ["x", "y"], []),
        ("x or y", [], ["x", "y"]),
        ("a + (x or y)", ["a"], ["x", "y"]),
        ("sum(rate(x[5m])) or sum(y)", [], ["x", "y"]),
        ("x and y", ["x", "y"], []),
        ("x unless y", ["x"], ["y"]),
        ("absent(x)", [], ["x"]),
        ("absent_over_time(x[5m]) + z", ["z"], ["x"]),
        ("x unless on (a) (y and z)", ["x"], ["y", "z"]),
        ("topk(scalar(k), max_over_time(x[1h:1m]))", ["k", "x"], []),
        ("x + fill_left (0) y", ["y"], ["x"]),
        ("x + fill (0) y", [], ["x", "y"]),
        ("-x > bool 0", ["x"], []),
        ("vector(1)", [], []),
    ],
)
def test_a_selector_is_required_where_the_result_is_in_doubt_without_it(
    expression: str, required: list[str], free: list[str]
) -> None:
    """Branches of or, the right of unless, absence functions and filled sides may be empty."""
    found = selectors(expression)
    assert [s.metric for s in found if s.required] == required
    assert [s.metric for s in found if not s.required] == free


def test_a_selector_says_what_to_ask_for() -> None:
    """A selector's text is the canonical instant vector, without range, offset and time."""
    (found,) = selectors('rate({__name__="x", b=~"1|2", a!="3"}[90s] offset 5m @ end())')
    assert found == Selector("x", found.matchers, 'x{a!="3",b=~"1|2"}', timedelta(seconds=90), required=True)
    assert [str(m.op) for m in found.matchers] == ["!=", "=~"]


def test_the_same_selector_twice_is_listed_once() -> None:
    """Order is that of the text."""
    assert [s.text for s in selectors("x / (y + x)")] == ["x", "y"]


@pytest.mark.parametrize(
    ("expression", "labels", "expected"),
    [
        ("x", {"__name__": "x"}, True),
        ("x", {"__name__": "y"}, False),
        ("x", {}, False),
        ('x{a="1"}', {"__name__": "x", "a": "1", "b": "2"}, True),
        ('x{a="1"}', {"__name__": "x"}, False),
        ('x{a=""}', {"__name__": "x"}, True),
        ('x{a!="1"}', {"__name__": "x"}, True),
        ('x{a!="1"}', {"__name__": "x", "a": "1"}, False),
        ('x{a=~"1|2"}', {"__name__": "x", "a": "12"}, False),
        ('x{a=~"1|2"}', {"__name__": "x", "a": "2"}, True),
        ('x{a!~"1|2"}', {"__name__": "x", "a": "2"}, False),
        ('x{a!~"1|2"}', {"__name__": "x", "a": "3"}, True),
        ('x{a=~"(?i)prod"}', {"__name__": "x", "a": "dev"}, True),
        ('x{a!~"(?i)prod"}', {"__name__": "x", "a": "PROD"}, True),
        ('{__name__=~"x|y"}', {"__name__": "y"}, True),
        ('{__name__=~"x|y"}', {"__name__": "z"}, False),
    ],
)
def test_a_selector_matches_as_prometheus_does(expression: str, labels: dict[str, str], *, expected: bool) -> None:
    """A missing label is empty, patterns are anchored, and a pattern that cannot be judged matches."""
    (selector,) = selectors(expression)
    assert selector.matches(labels) is expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [({}, True), ({"a": "1"}, True), ({"a": "2"}, False), ({"b": "2"}, True), ({"__name__": "y"}, False)],
)
def test_labels_that_are_not_known_contradict_nothing(labels: dict[str, str], *, expected: bool) -> None:
    """Only a known label of a series can exclude the series."""
    (selector,) = selectors('x{a="1"}')
    assert selector.may_match(labels) is expected


def test_beside_leaves_out_names_and_need_not_find_any() -> None:
    """The selector for the other names of a pattern over names."""
    (selector,) = selectors('rate({__name__=~"x.*"}[5m])')
    other = selector.beside(["xa"])
    assert other.text == '{__name__!="xa",__name__=~"x.*"}'
    assert (other.range, other.required) == (timedelta(minutes=5), False)
