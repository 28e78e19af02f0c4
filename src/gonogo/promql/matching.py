"""Reads the modifiers between an operator and its right operand."""

from __future__ import annotations

from gonogo.model.promql_features import Feature
from gonogo.promql.cursor import Cursor
from gonogo.promql.lexer import NUMBER_TOKEN
from gonogo.promql.refusal import Refusal
from gonogo.promql.tree import Labels

MODIFIERS = frozenset({"bool", "on", "ignoring", "fill", "fill_left", "fill_right"})
"""Words that can begin the modifiers."""

_FILLS = frozenset({"fill", "fill_left", "fill_right"})
_NUMBERS = frozenset({"inf", "nan"})

Fill = tuple[float | None, float | None]


def modifiers(cursor: Cursor) -> tuple[bool, Labels | None, Labels | None, Fill, tuple[Feature, ...]]:
    """Read ``bool``, ``on`` or ``ignoring``, ``group_left`` or ``group_right``, and the fill values."""
    needs: list[Feature] = []
    matching = group = None
    if boolean := cursor.lower() == "bool":
        cursor.at += 1
    start = cursor.starts[cursor.at]
    if (word := cursor.lower()) in {"on", "ignoring"}:
        cursor.at += 1
        names = cursor.labels(needs)
        matching = Labels(word, names) if names or word == "on" else None
        if (side := cursor.lower()) in {"group_left", "group_right"}:
            cursor.at += 1
            group = Labels(side, cursor.labels(needs) if cursor.words[cursor.at] == "(" else ())
            if word == "on" and (both := set(names) & set(group.names)):
                message = f"the label {min(both)!r} must not be both in on and in {side}"
                raise Refusal(message, start, cursor.ended())
    return boolean, matching, group, _fills(cursor), tuple(needs)


def _fills(cursor: Cursor) -> Fill:
    """Read ``fill``, or ``fill_left`` and ``fill_right`` in any order."""
    left = right = None
    if (first := _fill_word(cursor)) == "fill":
        left = right = _fill_value(cursor)
    elif first:
        value = _fill_value(cursor)
        other = _fill_word(cursor)
        another = _fill_value(cursor) if other in _FILLS - {"fill", first} else None
        left, right = (value, another) if first == "fill_left" else (another, value)
    return left, right


def _fill_word(cursor: Cursor) -> str:
    """Return the fill modifier that begins here, or an empty text. Without ``(`` after it, the word is a metric."""
    return word if (word := cursor.lower()) in _FILLS and cursor.words[cursor.at + 1] == "(" else ""


def _fill_value(cursor: Cursor) -> float:
    """Read a fill word and its value."""
    cursor.at += 2
    sign = cursor.words[cursor.at]
    if sign in {"+", "-"}:
        cursor.at += 1
    if cursor.kinds[cursor.at] != NUMBER_TOKEN and cursor.lower() not in _NUMBERS:
        cursor.expected("a number")
    value = cursor.number().value
    cursor.take(")")
    return -value if sign == "-" else value
