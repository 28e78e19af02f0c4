"""What is no PromQL is told with the characters to blame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.rules.canonical import written
from gonogo.rules.faults import fault
from gonogo.rules.tokens import stray
from gonogo.rules.tree import Expression
from tests.rules.promql_strategies import trees


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("sum(rate(x[5m])", "(", "unclosed left parenthesis"),
        ("sum by (a (x)", "(", "unclosed left parenthesis"),
        ("absent(x)) + 1", ")", "unexpected right parenthesis"),
        ("y + x{a='b'", "{a='b'", "unexpected end of input inside braces"),
        ("x[5m", "[5m", "unexpected end of input inside brackets"),
        ("x + 'abc", "'abc", "unterminated quoted string"),
        ("x + `", "`", "unterminated quoted string"),
        ("x{a='b}", "x{a='b}", "unterminated quoted string"),
        ("rate(y[5m]) + rate(x)", "rate", "expected type matrix in call to function 'rate'"),
        ("abs(rate(x[5m], 3))", "rate", "expected 1 argument(s)"),
        ("1 + raet(x[5m])", "raet", "unknown function"),
        ("x{a=b}", "b", "unexpected identifier 'b'"),
        ("sum(y) + sum(x{c=~'(', a='('})", "(", "illegal regex for ("),
        ("x{a=~'[a'}", None, ""),
        ("x[5x]", "5x", "bad number or duration"),
        ("x or 0xg", "0xg", "bad number or duration"),
        ("x or 1e", "1e", "this is no number"),
        ("a and (1 == 1)", "==", "must use BOOL"),
        ("x[5m] + 1", "+", "binary expression must contain"),
        ("(x[5m] and y)", "and", "binary expression must contain"),
        ("1 + sum(x[5m])", "sum", "in aggregation expression"),
        ("y + topk(x)", "topk", "wrong number of arguments for aggregate"),
        ("x offset 1m offset 2m", "offset", "offset may not be set"),
        ("x{a='\\d'}", "d", "unknown escape sequence"),
        ("x + {a=''}", "{a=''}", "at least one non-empty matcher"),
        ("-'a'", "-'a'", "unary expression"),
        ("x & y", "&", "unexpected character"),
        ("x[0s]", "x[0s]", "must be greater than 0"),
        ("1 and 2", "and", "set operator 'and'"),
        ("# nothing", "# nothing", "no expression found"),
        ("x > > 1", ">", "something to compute with is due here, not '>'"),
        ("foo 'a long text of many words'", "'a long text of many words'", 'not "\'a long text of many…"'),
        ("1 + ", "", "it ends where something to compute with is due"),
        ("x = 1", "=", "an operator is due here, not '='"),
        ("sum by (a) x", "x", "something to compute with is due here, not 'x'"),
        ("sum by (a)", "", "it ends where something to compute with is due"),
        ("x by (a)", "by", "an operator is due here, not 'by'"),
        ("(a, b)", ",", "an operator is due here, not ','"),
        ("x + abs(a,)", "abs(a,)", "trailing comma"),
        ("()", ")", "something to compute with is due here"),
        ("x !~ y", "!", "unexpected character after '!'"),
        ("x{a='b',,}", "x{a='b',,}", "this is not put together as PromQL is"),
    ],
)
def test_refused(text: str, marked: str | None, says: str) -> None:
    """The message says what is wrong, and the smallest part that explains it is marked."""
    found = fault(text)
    if found is None:
        assert marked is None
        return
    assert text[found.start : found.end] == marked
    assert says in found.message


def test_the_unclosed_one_of_several_is_marked() -> None:
    """The first parenthesis that is not closed, and the first that was not opened."""
    unclosed, unopened = fault("sum(a) + sum((b) + c"), fault("sum(a) + b) + c)")
    assert unclosed is not None
    assert unclosed.start == 12
    assert unopened is not None
    assert unopened.start == 10


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "rate(x[5m]) @ 5",
        "x @ -1",
        "+".join(["x"] * 1002),
        "x[1h + 5m]",
        "x[5m] smoothed",
        "x offset (1m + 2m)",
        "1_000",
        "rate(x @ end() [5m])",
        "x{a=~'\\\\Qa(\\\\E'}",
        "x{a=~'(?P<n>a)('}",
        "x{a=~'x{1,2000}'}",
        "x{a=~'(a{999}){999}'}",
    ],
)
def test_not_judged(text: str) -> None:
    """What is valid, newer than the parser, beyond its bounds, or for RE2 alone to say, is no fault."""
    found = fault(text)
    assert found is None or "@" in text


def test_long_texts_are_not_searched() -> None:
    """Neither a long expression nor one of many parts costs more than a bounded search."""
    found = fault("x " * 20_000)
    assert found is not None
    assert (found.start, found.end) == (0, 40_000)
    nested = "abs(" * 150 + "x" + " " * 200 + ")" * 150 + " and 1"
    found = fault(nested)
    assert found is not None
    assert nested[found.start : found.end] == "and"


@given(trees)
def test_what_is_valid_has_no_fault(tree: Expression) -> None:
    """Whatever the expression, nothing in it is misplaced."""
    text = written(tree)
    assert fault(text) is None
    assert stray(text) is None


WORDS = "x 1 sum( rate( ) ( [5m] { } {a='b'} by (a) and or on offset @ bool + - == , ' \" é = #"


@given(st.lists(st.sampled_from(WORDS.split())))
def test_no_text_raises(parts: list[str]) -> None:
    """Whatever the text, what is to blame lies within it."""
    text = " ".join(parts)
    found = fault(text)
    assert found is None or 0 <= found.start <= found.end <= len(text)
