"""Tests that every part of an expression is found at its place in the file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position
from gonogo.formats.sources import Located
from gonogo.formats.yaml import lines_of
from gonogo.formats.yaml import parse as parse_yaml
from gonogo.promql.canonical import written
from gonogo.promql.parser import parse
from gonogo.promql.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Number,
    Range,
    Subquery,
    Text,
    Vector,
    walk,
)
from tests.promql.promql_strategies import trees


def place(text: str, *loc: str | int) -> Located:
    """Locate the expression at ``loc`` of a YAML text."""
    document = parse_yaml(text, "f")
    return Located(document, loc, (document.text(loc) or "").strip())


def underlined(text: str, found: Located, node: Expression | None) -> str:
    """Return the marked text of a span."""
    at, length = found.span(node)
    return lines_of(text)[at.line - 1][at.column - 1 : at.column - 1 + length]


def all_underlined(text: str) -> list[str]:
    """Return the marked text of each node of the expression ``e`` of a file."""
    found = place(text, "e")
    return [underlined(text, found, node) for node in walk(parse(found.text))]


def test_a_node_without_a_place_is_marked_as_the_whole_expression() -> None:
    """A node that was never text has no place. An unreadable expression is marked in the same way."""
    text = "e: x +\n"
    found = place(text, "e")
    assert underlined(text, found, Number(1)) == underlined(text, found, None) == "x +"


def test_the_expression_of_an_alias_is_marked_at_the_alias() -> None:
    """The characters are at the anchor, and the rule has the alias."""
    text = "a: &k >-\n  up\n  == 0\ne: *k\n"
    found = place(text, "e")
    assert found.span(parse(found.text)) == (Position("f", 4, 4), 1)
    assert found.position(99) == Position("f", 4, 4)


@pytest.mark.parametrize(
    "text",
    [
        "e: rate(a[5m]) / sum by (x) (b{c='d'}) > 1\n",
        "e: \"rate(a[5m]) / sum by (x) (b{c='d'}) > 1\"\n",
        "e: 'rate(a[5m]) / sum by (x) (b{c=''d''}) > 1'\n",
        "e: |\n\n    rate(a[5m])\n      / sum by (x) (b{c='d'})\n    > 1\n",
        "e: >+\n  rate(a[5m]) /\n\n  sum by (x) (b{c='d'})\n  > 1\n\n",
        "e: rate(a[5m])\n   / sum\n  by (x) (b{c='d'})\n  > 1\n",
        "e: &k |2\n    rate(a[5m]) # one / two\n    / sum(b{c='d'}) by (x) # (\n    > 1\n",
    ],
)
def test_parts_are_found_in_every_style_of_scalar(text: str) -> None:
    """An operation is marked at its operator, and a call at its name.

    A selector is marked with its braces, a range as a whole.
    """
    quote = "''" if "''d''" in text else "'"
    assert all_underlined(text) == [">", "/", "rate", "a[5m]", "a", "sum", f"b{{c={quote}d{quote}}}", "1"]


def test_the_whole_expression_begins_after_its_comments() -> None:
    """The expression is marked without the comment above it. A comment alone is marked itself."""
    text = "e: |\n  # why\n  up == 0\n"
    assert underlined(text, place(text, "e"), None) == "up == 0"
    text = "e: '# why'\n"
    assert underlined(text, place(text, "e"), None) == "# why"


def test_a_minus_before_a_number_is_part_of_the_number() -> None:
    """A minus before any other expression is an operation."""
    assert all_underlined("e: -x - -1 + -(2)\n") == ["+", "-", "-", "x", "-1", "-(2"]


def test_strings_and_subqueries_are_marked_at_their_places() -> None:
    """A subquery is marked at its brackets."""
    text = "e: label_join(max_over_time(x[1h:5m]), 'a', ``)\n"
    assert all_underlined(text) == ["label_join", "max_over_time", "[1h:5m]", "x", "'a'", "``"]


def test_a_part_over_several_lines_is_marked_on_the_first() -> None:
    """The span ends with the line, also where lines fold into one."""
    for style in ("|", ">"):
        text = f"e: {style}\n  x{{a='b',   \n    c='d'}}[5m]\n"
        assert all_underlined(text) == ["x{a='b',", "x{a='b',"]


def test_an_offset_beyond_the_text_gives_the_nearest_place() -> None:
    """The place is that of the first character, or after the last one."""
    found = place("e: ' up '\n", "e")
    assert [found.position(at).column for at in (-1, 0, 1, 2, 3)] == [6, 6, 7, 8, 8]


def begins(node: Expression) -> tuple[str, ...]:
    """Return the possible beginnings of a node's text."""
    match node:
        case Vector(metric=metric) | Range(vector=Vector(metric=metric)):
            return ("{", metric or "{")
        case Call(function=word) | Aggregation(operator=word) | Binary(operator=word):
            return (word,)
        case Number():
            return tuple("0123456789.-IN")
        case Text():
            return ('"', "\\")
        case Subquery():
            return ("[",)
        case Negation():
            return ("-",)


@given(trees, st.sampled_from(["'", '"', "|", ">", None]), st.sampled_from([10, 30, 200]))
def test_every_node_of_every_expression_is_found(tree: Expression, style: str | None, width: int) -> None:
    """For every style of YAML, each span begins with the node's own word."""
    expression = written(tree)
    text: str = yaml.dump({"e": expression}, default_style=style, width=width, allow_unicode=True)
    read = parse(expression)
    found = place(text, "e")
    nodes = list(walk(read))
    assert nodes[0] is read
    for node in nodes:
        assert underlined(text, found, node).startswith(begins(node))
