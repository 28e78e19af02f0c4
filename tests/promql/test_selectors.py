"""Tests of gonogo.promql.selectors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.promql.selectors import Selector, selectors


def test_an_unreadable_expression_is_an_error() -> None:
    """The error is the parser's own, and no empty answer is returned."""
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
def test_only_a_selector_with_a_quoted_label_is_not_classic(expression: str, classic: bool) -> None:  # noqa: FBT001 - a table
    """A metric's name can be written as the value of a label, which every version reads."""
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
def test_a_selector_is_required_if_the_result_depends_on_it(
    expression: str, required: list[str], free: list[str]
) -> None:
    """Branches of ``or``, the right side of ``unless``, absence functions and filled sides may be empty."""
    found = selectors(expression)
    assert [s.metric for s in found if s.required] == required
    assert [s.metric for s in found if not s.required] == free


def test_the_text_of_a_selector_is_its_instant_vector() -> None:
    """The text is canonical, without range, offset and time."""
    (found,) = selectors('rate({__name__="x", b=~"1|2", a!="3"}[90s] offset 5m @ end())')
    assert found == Selector("x", found.matchers, 'x{a!="3",b=~"1|2"}', timedelta(seconds=90), required=True)
    assert [str(m.op) for m in found.matchers] == ["!=", "=~"]


def test_a_repeated_selector_is_listed_once() -> None:
    """The order is that of the text."""
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
def test_an_unknown_label_contradicts_no_selector(labels: dict[str, str], *, expected: bool) -> None:
    """Only a known label of a series can exclude the series."""
    (selector,) = selectors('x{a="1"}')
    assert selector.may_match(labels) is expected


def test_beside_selects_the_other_names_of_a_pattern() -> None:
    """The new selector is not required."""
    (selector,) = selectors('rate({__name__=~"x.*"}[5m])')
    other = selector.beside(["xa"])
    assert other.text == '{__name__!="xa",__name__=~"x.*"}'
    assert (other.range, other.required) == (timedelta(minutes=5), False)
