"""The types of results, as rules and policies need them."""

from __future__ import annotations

import pytest

from gonogo.promql.parser import parse
from gonogo.promql.result import is_filter, is_number, unrecordable


@pytest.mark.parametrize(
    ("text", "number", "type_"),
    [
        ("1 + time()", True, ""),
        ("scalar(up)", True, ""),
        ("-up", False, ""),
        ("up * 2", False, ""),
        ("up[5m]", False, "range vector"),
        ("up[5m:1m]", False, "range vector"),
        ("'text'", False, "string"),
    ],
)
def test_a_result_has_a_type(text: str, number: bool, type_: str) -> None:  # noqa: FBT001 - a table of examples
    """Only instant vectors and numbers can be recorded."""
    assert is_number(text) is number
    assert unrecordable(parse(text)) == type_


def test_an_unreadable_expression_is_no_number() -> None:
    """The server may read it as anything."""
    assert not is_number("up default 0")


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("up == 0", True),
        ("(sum(x) > 5)", True),
        ("up == bool 0", False),
        ("up + 1", False),
        ("up", False),
        ("sum(x > 5)", False),
        ("up >", False),
    ],
)
def test_a_comparison_at_the_top_is_a_filter(text: str, filters: bool) -> None:  # noqa: FBT001 - a table of examples
    """The result is empty while no series passes."""
    assert is_filter(text) is filters
