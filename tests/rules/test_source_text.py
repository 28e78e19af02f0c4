"""Tests of gonogo.rules.source_text."""

from __future__ import annotations

import pytest

from gonogo.rules.source_text import MOST_OPERATIONS, parsable


@pytest.mark.parametrize(
    "expression",
    [
        "(" * (MOST_OPERATIONS + 1),
        "-" * (MOST_OPERATIONS + 1),
        "x" + " + x" * (MOST_OPERATIONS + 1),
        "x" + " oR x" * (MOST_OPERATIONS + 1),
        "x" + "[5m:]" * (MOST_OPERATIONS + 1),
    ],
)
def test_what_would_exhaust_the_stack_is_refused(expression: str) -> None:
    """Text with thousands of operators or brackets never reaches the native parser."""
    with pytest.raises(ValueError, match="more than 1000 operators and brackets"):
        parsable(expression)


@pytest.mark.parametrize("expression", ["x @ -1", "x @-1", "x @ + -1", "x @ # why\n -1", "x[5m] @ -0.5 offset 1m"])
def test_a_negative_time_is_refused(expression: str) -> None:
    """The native parser panics on it."""
    with pytest.raises(ValueError, match="before 1970"):
        parsable(expression)


def test_strings_matchers_and_comments_are_not_counted() -> None:
    """What is inside quotes, braces and comments is no operator and no time."""
    text = 'x{a="@ -1", b!="((("} + y # @ -1 ((('
    assert parsable(text) == 'x{a="@ -1", b!="((("} + y  '


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r"x{a=~`\d+`}", r'x{a=~"\\d+"}'),
        ('`say "hi"`', r'"say \"hi\""'),
        ("`a\nb`", r'"a\nb"'),
        ("`it's # no comment`", '"it\'s # no comment"'),
        ("x # it's a comment\n+ y", "x  \n+ y"),
        ('"a \\" # b" # c', '"a \\" # b"  '),
        ("'`'", "'`'"),
    ],
)
def test_raw_strings_become_plain_ones(expression: str, expected: str) -> None:
    """Backticks hold text without escapes, comments vanish, quotes inside either mean nothing."""
    assert parsable(expression) == expected


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_string_without_end_is_read_once(mark: str) -> None:
    """However many escaped quotes are in it: each could begin another string."""
    text = f"x == {mark}" + f"\\{mark}" * 30_000
    assert parsable(text) == text
