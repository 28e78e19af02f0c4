"""Tests of the parser. A text becomes a tree, or a refusal with the wrong characters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.canonical import written
from gonogo.promql.grammar import DEEPEST
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal, Unjudged
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
    Vector,
    children,
    walk,
)
from tests.promql.generated import texts
from tests.promql.promql_strategies import trees


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("", "", "expected an expression, found the end"),
        ("# nothing", "", "expected an expression, found the end"),
        ("sum(rate(x[5m])", "(", "a parenthesis is not closed"),
        ("sum by (a (x)", "(", "expected ',' or ')', found '('"),
        ("absent(x)) + 1", ")", "expected an operator or the end, found ')'"),
        ("(x", "(", "a parenthesis is not closed"),
        ("y + x{a='b'", "{", "a brace is not closed"),
        ("x[5m", "[", "a bracket is not closed"),
        ("x + 'abc", "'", "a string is not closed"),
        ("x + `", "`", "a string is not closed"),
        ("rate(y[5m]) + rate(x)", "x", "rate takes a range vector, not an instant vector"),
        ("abs(rate(x[5m], 3))", "rate", "rate takes 1 argument, not 2"),
        ("clamp(x)", "clamp", "clamp takes 3 arguments, not 1"),
        ("label_join(x)", "label_join", "label_join takes at least 3 arguments, not 1"),
        ("round(x, 1, 2)", "round", "round takes at most 2 arguments, not 3"),
        ("round()", "round", "round takes at least 1 argument, not 0"),
        ("1 + raet(x[5m])", "raet", "there is no function raet"),
        ("RATE(x[5m])", "RATE", "there is no function RATE"),
        ("x{a=b}", "b", "expected a string in quotes, found 'b'"),
        ("x{a}", "}", "expected one of = != =~ !~, found '}'"),
        ("x{5}", "5", "expected a label name or '}', found '5'"),
        ("x{a='b' c='d'}", "c", "expected ',' or '}', found 'c'"),
        ("x{a='b',,}", ",", "expected a label name or '}'"),
        ("x{a²='b'}", "a²", "'²' is not allowed in a name without quotes"),
        ("x²", "x²", "'²' is not allowed in a name without quotes"),
        ("sum by (a²) (x)", "a²", "'²' is not allowed in a name without quotes"),
        ("sum(y) + sum(x{c=~'(', a='('})", "'('", "is not a regular expression: a parenthesis is not closed"),
        ("x[5x]", "5x", "5x is neither a number nor a duration"),
        ("x or 0xg", "0xg", "0xg is neither a number nor a duration"),
        ("x or 1e999", "1e999", "too large for a number"),
        ("x or 293y", "293y", "longer than 292 years"),
        ("x[1e10]", "1e10", "longer than 292 years"),
        (f"x[{'9' * 5000}d]", f"{'9' * 5000}d", f"{'9' * 20}… is longer than 292 years"),
        ("x[5m] offset 293y", "293y", "longer than 292 years"),
        ("a and (1 == 1)", "==", "a comparison of two scalars needs bool"),
        ("x[5m] + 1", "+", "+ takes only scalars and instant vectors, not a range vector"),
        ("(x[5m] and y)", "and", "and takes only scalars and instant vectors"),
        ("1 + 'a'", "+", "not a string"),
        ("1 + sum(x[5m])", "x[5m]", "sum takes an instant vector, not a range vector"),
        ("topk(x, y)", "x", "the parameter of topk takes a scalar, not an instant vector"),
        ("count_values(1, y)", "1", "the parameter of count_values takes a string, not a scalar"),
        ("y + topk(x)", "topk", "topk takes 2 arguments, not 1"),
        ("sum(1, x)", "sum", "sum takes 1 argument, not 2"),
        ("x offset 1m offset 2m", "offset", "offset is written twice"),
        ("x offset (0s) offset 2m", "offset", "offset is written twice"),
        ("x offset", "", "expected a duration such as 5m, found the end"),
        ("x offset y", "y", "expected a duration such as 5m, found 'y'"),
        ("(x) offset 5m", "(x)", "offset can only follow a selector, a range or a subquery"),
        ("1 @ 5", "1", "@ can only follow"),
        ("x @ 1 @ 2", "@", "@ is written twice"),
        ("x @ y", "y", "expected a time in seconds, start() or end(), found 'y'"),
        ("x @ start", "", "expected '(', found the end"),
        ("x @ inf", "inf", "out of bounds"),
        ("x @ 1[5m]", "[5m]", "@ cannot come before a range"),
        ("x offset 1m [5m]", "[5m]", "offset cannot come before a range"),
        ("sum(x)[5m]", "[5m]", "a range can only follow a selector"),
        ("(x)[5m]", "[5m]", "a range can only follow a selector"),
        ("x[5m][5m:]", "x[5m]", "a subquery takes an instant vector, not a range vector"),
        ("(x) anchored", "anchored", "anchored can only follow a selector"),
        ("x[5m:] smoothed", "smoothed", "smoothed can only follow a selector"),
        ("x anchored smoothed", "smoothed", "cannot be used together"),
        ("x{a='\\d'}", "\\d", "is not an escape of PromQL"),
        ("x + '\\400'", "\\400", "is not an escape of PromQL"),
        ("x + '\ufffd'", "\ufffd", "U+FFFD"),
        ("x + {a=''}", "{a=''}", "the selector selects everything"),
        ("x{__name__='y'}", "x{__name__='y'}", "the metric's name is given twice"),
        ("-'a'", "-", "a sign can only stand before a scalar or an instant vector"),
        ("+x[5m]", "+", "not before a range vector"),
        ("x & y", "&", "expected an operator or the end, found '&'"),
        ("x[0s]", "0s", "the duration must be greater than zero"),
        ("x[-5m]", "-5m", "the duration must be greater than zero"),
        ("x[]", "]", "expected a duration such as 5m, found ']'"),
        ("x[5m 1m]", "1m", "expected ':' or ']', found '1m'"),
        ("x[5m:1m 1m]", "1m", "expected ']', found '1m'"),
        ("x[# c\n5m]", "#", "a comment cannot come"),
        ("x[5m / 0]", "/", "a duration cannot be divided by zero"),
        ("x[(5m]", "]", "expected ')', found ']'"),
        ("x[step]", "]", "expected '(', found ']'"),
        ("x[max_of(5m)]", ")", "expected ',', found ')'"),
        ("1 and 2", "and", "and needs an instant vector on both sides"),
        ("x + bool y", "+", "bool can only follow a comparison, not +"),
        ("1 + on (a) x", "+", "on needs an instant vector on both sides"),
        ("x or on (a) group_left y", "or", "or takes no group_left"),
        ("x + on (a) group_left (a) y", "on (a) group_left (a)", "the label 'a' must not be both in on and in"),
        ("x + fill(1) 2", "+", "fill needs an instant vector on both sides"),
        ("x and fill(1) y", "and", "no set operator between them"),
        ("x + fill(y) z", "y", "expected a number, found 'y'"),
        ("x + fill(1 z", "z", "expected ')', found 'z'"),
        ("x + on y", "y", "expected '(', found 'y'"),
        ("sum by (without) (x)", "without", "expected a label name or ')', found 'without'"),
        ("sum by ('') (x)", "''", "'' is not a valid label name"),
        ("sum by ('\\xff') (x)", "'\\xff'", "is not a valid label name"),
        ("x > > 1", ">", "expected an expression, found '>'"),
        ("foo 'a long text of many words'", "'a long text of many words'", 'found "\'a long text of many…"'),
        ("x + on", "", "found the end"),
        ("on + x", "on", "expected an expression, found 'on'"),
        ("x = 1", "=", "expected an operator or the end, found '='"),
        ("sum by (a) x", "x", "expected '(', found 'x'"),
        ("x by (a)", "by", "expected an operator or the end, found 'by'"),
        ("(a, b)", ",", "expected ')', found ','"),
        ("x + abs(a,)", ")", "expected an expression, found ')'"),
        ("()", ")", "expected an expression, found ')'"),
        ("x !~ y", "!~", "expected an operator or the end"),
        ("info(x, y)", "y", "a list of label matchers in braces"),
        ("info(x, ({a='b'}))", "{a='b'}", "a list of label matchers in braces"),
        ("info(x, 1)", "1", "a list of label matchers in braces"),
        ('x{a="1" or b="2"}', "or", "expected ',' or '}', found 'or'"),
    ],
)
def test_an_invalid_text_is_refused_at_the_wrong_characters(text: str, marked: str, says: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(Refusal) as caught:
        parse(text)
    refusal = caught.value
    assert says in str(refusal) == refusal.message
    assert text[refusal.start : refusal.end] == marked
    assert not isinstance(refusal, Unjudged)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(" * 5000 + "x" + ")" * 5000, "nested here"),
        ("x" + " + x" * (DEEPEST + 1), "nested here"),
        ("-" * (DEEPEST + 1) + "x", "nested here"),
        ("x[" + "-" * 60 + "5m]", "too deep"),
        ("x[5m / (1m - 1m)]", "has no value in a rule"),
        ("x[(-1) ^ 0.5]", "has no value in a rule"),
        ("x[10 ^ 10 ^ 10]", "has no value in a rule"),
        ("x[1e9 * 1e9]", "has no value in a rule"),
        ("x offset NaN", "not a length of time"),
        ("x @ 1e18", "beyond the year"),
    ],
)
def test_a_text_that_a_server_may_read_is_not_called_wrong(text: str, says: str) -> None:
    """Gonogo says that it cannot judge."""
    with pytest.raises(Unjudged, match=says):
        parse(text)


def test_a_tree_has_all_parts_of_its_text() -> None:
    """Modifiers, windows and labels are at their places, in one order."""
    text = 'sum by (b, a) (rate(x{l=~"1"}[5m] offset 1m)) > bool on (b) group_left (c) max_over_time(y[1h:] @ 7)'
    vector = Vector("x", (Matcher("l", "=~", "1"),), timedelta(minutes=1))
    assert parse(text) == Binary(
        ">",
        Aggregation("sum", Call("rate", (Range(vector, timedelta(minutes=5)),)), Labels("by", ("a", "b"))),
        Call("max_over_time", (Subquery(Vector("y"), timedelta(hours=1), None, at="7.0"),)),
        boolean=True,
        matching=Labels("on", ("b",)),
        group=Labels("group_left", ("c",)),
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("-a ^ b", "-(a ^ b)"),
        ("-a * b", "(-a) * b"),
        ("a ^ -b ^ c", "a ^ (-(b ^ c))"),
        ("a - b - c", "(a - b) - c"),
        ("a or b and c == d + e * f ^ g", "a or (b and (c == (d + (e * (f ^ g)))))"),
        ("-x offset 5m", "-(x offset 5m)"),
        ("x offset 5m + 1m", "(x offset 5m) + 60"),
        ("x offset -2 ^ 2", "(x offset -2s) ^ 2"),
        ("x offset (5m) + 1m", "x offset 6m"),
        ("x offset -(5m) + 1m", "(x offset -5m) + 60"),
        ("x offset --5m + 1m", "x offset 6m"),
        ("x offset 0 offset 5m", "x offset 5m"),
        ("x offset max_of(1m, 2m)", "x offset 2m"),
        ("x offset -min_of(1m, 2m)", "x offset -1m"),
        ("x[5m % 2m]", "x[1m]"),
        ("x[((+5m))]", "x[5m]"),
        ("x[-1m + 2m - -1m]", "x[2m]"),
        ("x[MIN(5m, 1h) * 2 / 2]", "x[5m]"),
        ("x[2 ^ 3]", "x[8s]"),
        ("x[0.0000001]", "x[0.000001]"),
        ("1 + on () group_left (a) x", "1 + x"),
        ("x + fill_left(-1) fill_right(+2) y", "x + fill_right(2) fill_left(-1) y"),
        ("fill + fill", "(fill) + (fill)"),
        ("x + fill_left(inf) y", "x + fill_left(Inf) y"),
        ("x @ +1.0005", "x @ 1.001"),
        ("x @ END ( )", "x @ end()"),
        ("1 >= bool.5", "1 >= bool 0.5"),
        ("x offset.5", "x offset 500ms"),
        ("Sum BY (a) (x)", "sum(x) by (a,)"),
        ("{a!=''}", "{a!='',}"),
    ],
)
def test_precedence_and_spellings_give_the_same_tree(text: str, same: str) -> None:
    """The two texts are two spellings of one tree."""
    assert parse(text) == parse(same)


def test_keywords_are_valid_names() -> None:
    """Metrics and labels may have the names of modifiers and aggregations."""
    for name in ("sum", "by", "offset", "and", "start", "anchored", "smoothed", "fill", "step", "min_of", "without"):
        assert parse(name) == Vector(name)
        assert parse(f"{name} {'and' if name == 'and' else '+'} {name}")
    for label in ("bool", "on", "by", "anchored", "ignoring", "atan2"):
        assert parse(f"sum by ({label}) (x{{{label}='1'}})")


def test_depth_within_the_limit_is_read() -> None:
    """Parentheses and operators both have a limit."""
    assert parse("(" * (DEEPEST - 2) + "-(1)" + ")" * (DEEPEST - 2)) == Number(-1)
    assert isinstance(parse("x" + " + x" * (DEEPEST - 1)), Binary)


def own_words(node: Expression) -> tuple[str, ...]:
    """Return the possible beginnings of a node's text."""
    match node:
        case Vector(metric=metric) | Range(vector=Vector(metric=metric)):
            return ("{", metric or "{")
        case Call(function=word) | Aggregation(operator=word) | Binary(operator=word):
            return (word,)
        case Number():
            return tuple("0123456789.-IN")
        case Subquery():
            return ("[",)
        case Negation():
            return ("-",)
        case _:
            return ("'", '"', "`")


@given(trees)
def test_every_node_has_its_place(tree: Expression) -> None:
    """The text of a node begins with the node's own word, and lies inside the whole text."""
    text = written(tree)
    read = parse(text)
    assert read == tree
    for node in walk(read):
        assert text[node.start : node.end].startswith(own_words(node))
        assert all(0 <= part.start < part.end <= len(text) for part in children(node))


def refused(text: str) -> Refusal | None:
    """Return the refusal of a text, or None if the text is valid."""
    try:
        parse(text)
    except Refusal as refusal:
        return refusal
    return None


WORDS = "x 1 sum( rate( ) ( [5m] { } {a='b'} by (a) and or on offset @ bool + - == , ' \" é = # fill( anchored step()"


@given(st.lists(st.sampled_from(WORDS.split())))
def test_any_text_is_read_or_refused_inside_the_text(parts: list[str]) -> None:
    """No text raises another exception."""
    text = " ".join(parts)
    refusal = refused(text)
    assert refusal is None or 0 <= refusal.start <= refusal.end <= len(text)


def test_generated_texts_are_read_or_refused() -> None:
    """A canonical text is read back as the same tree, for each of more than a thousand valid texts."""
    read = 0
    for text in texts(3000, seed=11):
        if refusal := refused(text):
            assert 0 <= refusal.start <= refusal.end <= len(text)
            continue
        read += 1
        assert parse(written(parse(text))) == parse(text)
    assert read > 1000
