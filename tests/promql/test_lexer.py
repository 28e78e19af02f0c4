"""Texts are taken apart as Prometheus takes them apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.lexer import comments, tokens
from gonogo.promql.parser import unreadable


@given(st.text(alphabet="ab1.:()[]{}\"'`\\#\n ,@+-=!~<>é"))
def test_the_tokens_are_the_text(text: str) -> None:
    """Between tokens there are only blanks and comments, whatever the text."""
    found = tokens(text)
    rest = text
    for word, start in reversed(list(zip(found.texts, found.starts, strict=True))):
        assert rest[start : start + len(word)] == word
        rest = rest[:start] + rest[start + len(word) :]
    assert found.kinds[-1] == "end"
    assert all(not line.strip(" ") or "#" in line for line in rest.split("\n"))


def test_comments() -> None:
    """A number sign in a string or a matcher begins none."""
    text = "x # one\n+ '#' + y{a='#'} # two"
    assert list(comments(text)) == [(2, "# one"), (25, "# two")]


def test_what_makes_a_text_unreadable() -> None:
    """No PromQL is said to be that; what gonogo alone cannot read has its own reason."""
    assert unreadable("x") == ""
    assert unreadable("x[") == "it is not PromQL: a bracket is not closed"
    assert unreadable("x @ 1e18") == "the time after @ is beyond the year 292,000,000"
