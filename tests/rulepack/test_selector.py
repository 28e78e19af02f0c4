"""Selectors: refused selectors, narrowed selectors, and the way back from text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.rulepack.selector import CounterMatcher, CounterSelector, parse_selector

LABEL = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,6}", fullmatch=True) | st.text(
    st.characters(codec="utf-8"), min_size=1, max_size=7
)
METRIC = (st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", fullmatch=True) | LABEL).filter(
    lambda name: name.lower() not in {"inf", "nan"}  # PromQL reads these as numbers
)
VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
LITERAL = st.builds(CounterMatcher, LABEL, st.sampled_from(("=", "!=")), VALUE)
PATTERN = st.builds(CounterMatcher, LABEL, st.sampled_from(("=~", "!~")), VALUE.map(re.escape) | st.just("5..|4.."))
MATCHERS = st.lists(LITERAL | PATTERN, max_size=4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "{}",
        '{job="api"}',
        "sum(x)",
        "x[5m]",
        "x offset 5m",
        "x + y",
        "rate(x[5m])",
        'x{job="api"} > 0',
        "x{job=api}",
        'x{job="api"',
        'x{job=~"("}',
        'x{job="api"} @ 5',
        "-x",
        "inf",
        'x{job="\\d"}',
        "x{job}",
        "x}",
        'x{"y"}',
        'x{__name__="y"}',
        '{"x","y"}',
        '{"x",__name__="y"}',
        '{""}',
        '{"x",""="y"}',
        '{"service.name"="x"}',
        '{"x" = }',
    ],
)
def test_anything_but_a_plain_selector_is_refused(text: str) -> None:
    """The message shows an example of a plain selector."""
    with pytest.raises(ValueError, match="is not a plain counter selector; write a metric name with label matchers"):
        parse_selector(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x", "x"),
        (" x { } ", "x"),
        ('x{a="b",}', 'x{a="b"}'),
        ("x{a='b', c=~`d\\d`}", 'x{a="b",c=~"d\\\\d"}'),
        ('{__name__="x",a!="b"}', 'x{a!="b"}'),
        ('{"x"}', "x"),
        ('{"http.requests"}', '{"http.requests"}'),
        ('{ "http.requests" , "http.code" =~ "5.." , a="b" }', '{"http.requests",a="b","http.code"=~"5.."}'),
        ("{'http.requests', `service.name`='x'}", '{"http.requests","service.name"="x"}'),
        ('{__name__="http.requests"}', '{"http.requests"}'),
        ('x{"a"="b","c\\"d"="e"}', 'x{a="b","c\\"d"="e"}'),
        ('job:x:sum{a="\\u00e9\\n"}', 'job:x:sum{a="é\\n"}'),
        ("x{a='\\x41\\102\\'\\\\'}", 'x{a="AB\'\\\\"}'),
    ],
)
def test_a_selector_is_read_in_every_spelling(text: str, written: str) -> None:
    """Spaces, quotes and the name as a label make no difference."""
    assert str(parse_selector(text)) == written


@given(METRIC, MATCHERS)
def test_a_written_selector_is_read_back(metric: str, matchers: list[CounterMatcher]) -> None:
    """Reading is the inverse of writing for any label values."""
    selector = CounterSelector(metric, tuple(matchers))
    read = parse_selector(str(selector))
    assert (read.metric, set(read.matchers)) == (metric, set(matchers))


def test_narrowing_adds_no_matcher_twice() -> None:
    """A matcher that the selector has is not added again."""
    selector = parse_selector('x{a="b"}')
    assert str(selector.where(a="b", c="d")) == 'x{a="b",c="d"}'


@pytest.mark.parametrize(
    ("text", "labels", "accepted"),
    [
        ('x{a="b"}', {"a": "b"}, True),
        ('x{a="b"}', {}, False),
        ('x{a!="b"}', {}, True),
        ('x{a=~"5.."}', {"a": "500"}, True),
        ('x{a=~"5.."}', {"a": "5000"}, False),
        ('x{a!~"5.."}', {"a": "200"}, True),
        ('x{a!~"(?i)x"}', {"a": "200"}, False),
        ("y", {}, False),
    ],
)
def test_a_selector_accepts_its_series(text: str, labels: dict[str, str], accepted: bool) -> None:  # noqa: FBT001 - a case
    """Matchers are anchored, and an empty value means a missing label. An unreadable matcher accepts no series."""
    assert parse_selector(text).accepts("x", labels) is accepted
