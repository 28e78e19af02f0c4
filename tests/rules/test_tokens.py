"""An expression's text is told apart as Prometheus's own lexer does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.rules.tokens import comments, pieces, tokens


def shown(text: str) -> list[str]:
    """Write each piece as its kind and text."""
    return [f"{piece.kind} {text[piece.start : piece.end]}" for piece in pieces(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", ["selector x"]),
        ('x{a="}"} # {', ['selector x{a="}"}']),
        ('x {a="b"}', ['selector x {a="b"}']),
        ('{a="`", b=\'"\', c=`"`, # }\n}', ['selector {a="`", b=\'"\', c=`"`, # }\n}']),
        ("x[5m]", ["selector x", "brackets [5m]"]),
        ("x[5m # ]\n]", ["selector x", "brackets [5m # ]\n]"]),
        ("rate(x[5m])[1h:]", ["call rate", "selector x", "brackets [5m]", "brackets [1h:]"]),
        ("x offset -5m + y offset 1h", ["selector x", "operator +", "selector y"]),
        (
            "x @ -1 - y @ start() - z @ end()",
            ["selector x", "operator -", "selector y", "operator -", "selector z"],
        ),
        ("sum by (a, by) (x)", ["call sum", "selector x"]),
        ("sum(x) without (a) > 1", ["call sum", "selector x", "operator >", "number 1"]),
        ("topk(5, x) by (a)", ["call topk", "number 5", "selector x"]),
        ("a * on (b) group_left (c) d", ["selector a", "operator *", "selector d"]),
        ("a * ignoring (b) group_right d", ["selector a", "operator *", "selector d"]),
        ("a == bool on (b) fill (-1) -d", ["selector a", "operator ==", "minus -", "selector d"]),
        ("-x ^ - -1", ["minus -", "selector x", "operator ^", "minus -", "minus -", "number 1"]),
        ("+x - +1", ["selector x", "operator -", "number 1"]),
        (
            "a AND b or c unless d atan2 e",
            [
                "selector a",
                "operator AND",
                "selector b",
                "operator or",
                "selector c",
                "operator unless",
                "selector d",
                "operator atan2",
                "selector e",
            ],
        ),
        ("by + sum + offset offset 1m", ["selector by", "operator +", "selector sum", "operator +", "selector offset"]),
        ("and and and", ["selector and", "operator and", "selector and"]),
        ("Inf + NaN + info", ["number Inf", "operator +", "number NaN", "operator +", "selector info"]),
        (
            "0x1e-5 + 1e-5 + .5 + 5.",
            [
                "number 0x1e",
                "operator -",
                "number 5",
                "operator +",
                "number 1e-5",
                "operator +",
                "number .5",
                "operator +",
                "number 5.",
            ],
        ),
        ("time() - f('a\\'', `\\`)", ["call time", "operator -", "call f", "string 'a\\''", "string `\\`"]),
        ("(a) * ((b))", ["selector a", "operator *", "selector b"]),
        ("a:b:c <= 1", ["selector a:b:c", "operator <=", "number 1"]),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    """Modifiers belong to no piece, and a minus is told from a subtraction."""
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text", ["", "x{", 'x{a="', "x[", "sum by (", "x offset", "x @", "x + on (", "'", "`", "é &", ")", "x y"]
)
def test_unfinished_text(text: str) -> None:
    """What is not closed reaches to the end, and nothing raises."""
    assert all(piece.end <= len(text) for piece in pieces(text))


@given(st.text(alphabet="ab1.:()[]{}\"'`\\#\n ,@+-=!~<>é"))
def test_the_tokens_are_the_text(text: str) -> None:
    """Between tokens there are only blanks and comments, whatever the text."""
    rest = text
    for token in reversed(tokens(text)):
        assert rest[token.start : token.end] == token.text
        rest = rest[: token.start] + rest[token.end :]
    assert all(not line.strip() or "#" in line for line in rest.split("\n"))
    assert all(text[piece.start : piece.end] for piece in pieces(text))


def test_comments() -> None:
    """A number sign in a string or a matcher begins none."""
    text = "x # one\n+ '#' + y{a='#'} # two"
    assert list(comments(text)) == [(2, "# one"), (25, "# two")]
