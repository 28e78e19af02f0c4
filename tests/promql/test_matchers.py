"""Tests of PromQL text that is built from arbitrary values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.matchers import bearing, equal, label, named, narrowed, none_of, one_of, quoted
from gonogo.promql.selectors import selectors

texts = st.text(min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ('a"b', r'"a\"b"'),
        ("a\\b", r'"a\\b"'),
        ("a\nb", r'"a\nb"'),
        ("a\x00b", r'"a\x00b"'),
        ("a\ufffdb", r'"a\ufffdb"'),
    ],
)
def test_a_literal_ends_only_at_its_closing_quote(value: str, literal: str) -> None:
    """A quote, a backslash or a line feed in a value does not end the literal."""
    assert quoted(value) == literal


def test_only_free_label_names_are_quoted() -> None:
    """Versions before 3.0 read no quoted label name, so a classic name is never quoted."""
    assert label("service_name") == "service_name"
    assert label("service.name") == '"service.name"'
    assert label('a"b') == r'"a\"b"'
    assert equal("service.name", "x") == '"service.name"="x"'
    assert one_of("service.name", ("x", "y")) == '"service.name"=~"x|y"'
    assert bearing({"a": "1", "b.c": 'x"'}) == r'a="1", "b.c"="x\""'


def test_matchers_are_added_to_every_form_of_selector() -> None:
    """The selector is a bare name, or has empty or full braces."""
    assert narrowed("x", equal("a", "1")) == 'x{a="1"}'
    assert narrowed("x{}", equal("a", "1")) == 'x{a="1"}'
    assert narrowed('x{b="2"}', equal("a", "1"), equal("c", "3")) == 'x{b="2", a="1", c="3"}'


def test_names_are_matched_literally() -> None:
    """The names are sorted without repetitions, and special characters are escaped."""
    assert named(("b", "a:x", "b")) == '{__name__=~"a:x|b"}'
    assert one_of("job", ("a.b", "c|d")) == 'job=~"a\\\\.b|c\\\\|d"'


@given(texts, texts)
def test_the_selector_of_a_value_matches_only_that_value(value: str, other: str) -> None:
    """The value may be any text."""
    (exact,) = selectors(narrowed("x", equal("a", value)))
    (listed,) = selectors(narrowed("x", one_of("a", (value,))))
    (others,) = selectors(narrowed("x", none_of("a", (value,))))
    labels = {"__name__": "x", "a": other}
    assert exact.matches({"__name__": "x", "a": value})
    assert listed.matches({"__name__": "x", "a": value})
    assert exact.matches(labels) == (value == other)
    assert others.matches(labels) == (value != other) or "\n" in other  # a line feed counts as matched by any pattern


@given(texts, texts)
def test_the_matcher_of_any_label_name_is_read_back(name: str, value: str) -> None:
    """The matcher has exactly that label and value."""
    (read,) = selectors(narrowed("x", equal(name, value)))
    assert read.metric == ("x" if name != "__name__" else value)
    assert [(matcher.label, matcher.value) for matcher in read.matchers] == [(name, value)]
