"""PromQL text put together from values that anybody may have written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.matchers import bearing, equal, label, named, narrowed, one_of, quoted
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
def test_literals_end_where_they_should(value: str, literal: str) -> None:
    """A quote, a backslash or a line feed in a value does not end it."""
    assert quoted(value) == literal


def test_names_of_labels_are_quoted_only_where_they_must_be() -> None:
    """Before 3.0 nothing in quotes is read as a name, so a classic name never has any."""
    assert label("service_name") == "service_name"
    assert label("service.name") == '"service.name"'
    assert label('a"b') == r'"a\"b"'
    assert equal("service.name", "x") == '"service.name"="x"'
    assert one_of("service.name", ("x", "y")) == '"service.name"=~"x|y"'
    assert bearing({"a": "1", "b.c": 'x"'}) == r'a="1", "b.c"="x\""'


def test_matchers_are_added_where_there_are_none_and_some() -> None:
    """A bare name, empty braces and full ones."""
    assert narrowed("x", equal("a", "1")) == 'x{a="1"}'
    assert narrowed("x{}", equal("a", "1")) == 'x{a="1"}'
    assert narrowed('x{b="2"}', equal("a", "1"), equal("c", "3")) == 'x{b="2", a="1", c="3"}'


def test_names_are_matched_literally() -> None:
    """Sorted, each once, and a dot is a dot."""
    assert named(("b", "a:x", "b")) == '{__name__=~"a:x|b"}'
    assert one_of("job", ("a.b", "c|d")) == 'job=~"a\\\\.b|c\\\\|d"'


@given(texts, texts)
def test_every_value_selects_itself_and_not_another(value: str, other: str) -> None:
    """The selector of any label value means exactly that value."""
    (exact,) = selectors(narrowed("x", equal("a", value)))
    (listed,) = selectors(narrowed("x", one_of("a", (value,))))
    labels = {"__name__": "x", "a": other}
    assert exact.matches({"__name__": "x", "a": value})
    assert listed.matches({"__name__": "x", "a": value})
    assert exact.matches(labels) == (value == other)


@given(texts, texts)
def test_every_name_of_a_label_reads_back(name: str, value: str) -> None:
    """The matcher of any label name means exactly that label."""
    (read,) = selectors(narrowed("x", equal(name, value)))
    assert read.metric == ("x" if name != "__name__" else value)
    assert [(matcher.label, matcher.value) for matcher in read.matchers] == [(name, value)]
