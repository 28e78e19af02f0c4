"""Trees of PromQL for laws: every kind of node, with parts of the types that PromQL requires."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from gonogo.promql.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Labels,
    Matcher,
    Negation,
    Number,
    Range,
    Subquery,
    Text,
    Vector,
)

metric_names = st.sampled_from(
    ["x", "job:up:sum", "sum", "by", "on", "and", "inf", "Inf", "NaN", "time", "offset", "start", "bool", "smoothed"]
) | st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", fullmatch=True)
label_names = st.sampled_from(["a", "job", "by", "on", "le"]) | st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
words = st.text(st.characters(codec="utf-8"), max_size=8)
durations = st.integers(1, 10**9).map(lambda ms: timedelta(milliseconds=ms))
offsets = st.integers(-(10**9), 10**9).map(lambda ms: timedelta(milliseconds=ms))
times = st.sampled_from(["", "", "start()", "end()", "12.5", "1609746000.123"])
numbers = st.floats(allow_nan=False).map(Number)
matchers = st.builds(Matcher, label_names, st.sampled_from(["=", "!="]), words) | st.builds(
    Matcher, label_names, st.sampled_from(["=~", "!~"]), st.sampled_from(["a|b", r"\d+", "5..", ".+", '"'])
)
matcher_sets = st.lists(matchers, max_size=3).map(lambda found: tuple(sorted(set(found))))
label_lists = st.lists(label_names, max_size=3).map(lambda found: tuple(sorted(set(found))))
vectors = st.builds(Vector, metric_names, matcher_sets, offsets, times)
ranges = st.builds(Range, vectors, durations)
groupings = st.builds(Labels, st.just("without"), label_lists) | st.builds(
    Labels, st.just("by"), label_lists.filter(bool)
)


@st.composite
def _arithmetic(draw: st.DrawFn, inner: st.SearchStrategy[Expression]) -> Binary:
    matching = draw(
        st.none()
        | st.builds(Labels, st.just("on"), label_lists)
        | st.builds(Labels, st.just("ignoring"), label_lists.filter(bool))
    )
    group = None
    if matching is not None:
        shared = set(matching.names) if matching.word == "on" else set()
        sides = st.sampled_from(["group_left", "group_right"])
        group = draw(st.none() | st.builds(Labels, sides, label_lists.filter(lambda names: not shared & set(names))))
    comparison = draw(st.booleans())
    operators = ["==", "!=", "<", "<=", ">", ">="] if comparison else ["+", "-", "*", "/", "%", "^", "atan2"]
    boolean = comparison and draw(st.booleans())
    return Binary(draw(st.sampled_from(operators)), draw(inner), draw(inner), boolean, matching, group)


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    subqueries = st.builds(Subquery, inner, durations, st.none() | durations, offsets, times)
    set_operators = st.sampled_from(["and", "or", "unless"])
    return st.one_of(
        st.builds(lambda argument: Call("abs", (argument,)), inner),
        st.builds(lambda argument: Call("rate", (argument,)), subqueries | ranges),
        st.builds(lambda to, argument: Call("label_replace", (argument, *[to] * 4)), st.just(Text("a")), inner),
        st.builds(Aggregation, st.sampled_from(["sum", "max", "count"]), inner, st.none() | groupings),
        st.builds(Aggregation, st.just("topk"), inner, st.none() | groupings, numbers),
        st.builds(Binary, set_operators, inner, inner),
        st.builds(Binary, st.sampled_from(["+", "*", ">"]), inner, numbers),
        st.builds(Binary, st.sampled_from(["-", "/", "^"]), numbers, inner),
        _arithmetic(inner),
        st.builds(Negation, inner),
    )


trees: st.SearchStrategy[Expression] = st.recursive(vectors, _larger, max_leaves=6)
"""Instant vectors of any shape."""
