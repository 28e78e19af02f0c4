"""Tests of the features that each spelling needs."""

from __future__ import annotations

import pytest

from gonogo.promql.parser import parse
from gonogo.promql.tree import walk


def needed(expression: str) -> list[str]:
    """Return the names of the features that an expression needs, in the order of its nodes."""
    return [feature.name for node in walk(parse(expression)) for feature in node.needs]


@pytest.mark.parametrize(
    "expression",
    ["rate(x[5m])", "sum by (job) (a:b:c)", "x + y", "1", "-x", 'x{job="a"} offset 5m', "label_join(x, 'a', 'b')"],
)
def test_old_expressions_need_no_feature(expression: str) -> None:
    """No part of the expression is in any table of features."""
    assert needed(expression) == []


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("info(x)", ["info"]),
        ("limitk(1, x)", ["limitk"]),
        ("a atan2 b", ["atan2"]),
        ("a </ 1", ["</"]),
        ("a + fill(1) b", ["fill()"]),
        ("x @ 5", ["@"]),
        ("x[1h:] @ 5 offset -5m", ["@", "a negative offset"]),
        ("x anchored", ["anchored"]),
        ("x[5m] smoothed", ["smoothed"]),
        ('{"x"}', ["a name in quotes"]),
        ('x{"a"="b"}', ["a name in quotes"]),
        ('{"a.b", "c.d"="e"}', ["a name in quotes"]),
        ('sum by ("a") (x)', ["a label name in quotes in a list of labels"]),
        ('x + on ("a") y', ["a label name in quotes in a list of labels"]),
        ('x + on (a) group_left ("b") y', ["a label name in quotes in a list of labels"]),
        (
            'sum by ("a.b") (x)',
            ["a label name with other characters than a-z, A-Z, 0-9 and _ in a list of labels"],
        ),
        ("sum(x) by (a:b)", ["a label name with a colon"]),
        ("http.requests", ["a name with other characters than a-z, A-Z, 0-9, _ and :, without quotes"]),
        ("größe", ["a name with other characters than a-z, A-Z, 0-9, _ and :, without quotes"]),
        ("x{a.b='c'}", ["a name with other characters than a-z, A-Z, 0-9, _ and :, without quotes"]),
        ("sum by (a.b) (x)", ["a name with other characters than a-z, A-Z, 0-9, _ and :, without quotes"]),
        ("1_000", ["an underscore in a number"]),
        ("5m", ["a duration in place of a number"]),
        ("x @ 5m", ["@", "a duration in place of a number"]),
        ("0x1ee", ["a hexadecimal number with an e in second place"]),
        ("0x1e", ["a hexadecimal number with an e in second place"]),
        ("0x1e+1", ["a hexadecimal number with an e in second place"]),
        ("0x1e * 2", []),
        ("x[300]", ["a number of seconds in place of a duration"]),
        ("x[1_0]", ["a number of seconds in place of a duration", "an underscore in a number"]),
        ("x offset 0s", ["an offset of zero"]),
        ("x offset +5m", ["a sign before a duration"]),
        ("x[+5m]", ["a sign before a duration"]),
        ("x offset --5m", ["a sign before a duration"]),
        ("x[1m + 1m]", ["arithmetic with durations"]),
        ("x offset (5m)", ["arithmetic with durations"]),
        ("x[1h:1m * 2m]", ["arithmetic with durations"]),
        ("x[step()]", ["step() in a duration"]),
        ("x[range():]", ["a subquery over step() or range() without a number", "range() in a duration"]),
        ("x[min(1m, 5m)]", ["min() in a duration"]),
        ("x[max_of(1m, 5m)]", ["max_of() in a duration"]),
        ("x @ start() [5m]", ["@ start() or @ end() before a range", "@"]),
        ("x offset (5m) [5m]", ["an offset in parentheses before a range", "arithmetic with durations"]),
    ],
)
def test_each_newer_spelling_needs_its_feature(expression: str, names: list[str]) -> None:
    """Each spelling is reported at its node."""
    assert needed(expression) == names
