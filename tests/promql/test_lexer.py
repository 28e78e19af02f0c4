"""Tests that texts are split into tokens as in Prometheus."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.lexer import tokens
from gonogo.promql.parser import comments, unreadable


@given(st.text(alphabet="ab1.:()[]{}\"'`\\#\n ,@+-=!~<>é"))
def test_the_tokens_are_the_text(text: str) -> None:
    """Between tokens there are only blanks and comments, up to the first character that begins no token."""
    found = tokens(text)
    rest = text[: found.starts[-1]] if "unknown" in found.kinds else text
    for word, start in reversed(list(zip(found.texts, found.starts, strict=True))):
        assert rest[start : start + len(word)] == word
        rest = rest[:start] + rest[start + len(word) :]
    assert found.kinds[-1] == "end"
    assert all(not line.strip(" ") or "#" in line for line in rest.split("\n"))


def test_comments_are_found_outside_of_strings() -> None:
    """A number sign in a string or a matcher begins no comment."""
    text = "x # one\n+ '#' + y{a='#'} # two"
    assert list(comments(text)) == [(2, "# one"), (25, "# two")]


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_an_unclosed_string_ends_the_tokens(quote: str) -> None:
    """No later quote is read, so the time grows with the length and not with its square."""
    assert len(tokens(f"x \\{quote}" * 1000).kinds) == 3
    assert list(comments(f"x # one\n + {quote} # two")) == [(2, "# one")]


def test_an_unreadable_text_has_a_reason() -> None:
    """Invalid PromQL and text that only gonogo cannot read have different reasons."""
    assert unreadable("x") == ""
    assert unreadable("x[") == "it is not PromQL: a bracket is not closed"
    assert unreadable("x @ 1e18") == "the time after @ is beyond the year 292,000,000"
