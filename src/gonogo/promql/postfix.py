"""Reads the modifiers after an operand: a range, ``offset``, ``@``, ``anchored`` and ``smoothed``."""

from __future__ import annotations

import math
from datetime import timedelta

from gonogo.model.promql_features import AT, EARLY_AT, EARLY_OFFSET, EXTENDED, FILL, NEGATIVE_OFFSET, Feature
from gonogo.model.replacing import replace
from gonogo.promql.cursor import Cursor
from gonogo.promql.lexer import BRACKETS, NUMBER_TOKEN, WORD
from gonogo.promql.refusal import Refusal, Unjudged, placed
from gonogo.promql.spans import Arithmetic, Read, brackets, offset
from gonogo.promql.tree import Expression, Labels, Range, Subquery, Vector

_EDGES = frozenset({"start", "end"})
_NUMBERS = frozenset({"inf", "nan"})
_LATEST = (1 << 63) - 1


def modified(cursor: Cursor, node: Expression, start: int, *, closed: bool) -> Expression:
    """Read the modifiers after an operand: a range, ``offset``, ``@``, ``anchored`` and ``smoothed``.

    ``closed`` is true if the operand is in parentheses: then only a range can follow.
    """
    while True:
        kind, word = cursor.kinds[cursor.at], cursor.words[cursor.at]
        if kind == BRACKETS:
            node, closed = _ranged(cursor, node, start, closed=closed), False
        elif word == "@":
            node = _fixed(cursor, _movable(node, "@", start, cursor.ended(), closed=closed))
        elif kind != WORD:
            return node
        elif (lower := word.lower()) == "offset":
            node = _moved(cursor, _movable(node, "offset", start, cursor.ended(), closed=closed))
        elif lower in EXTENDED:
            node = _extended(cursor, node, lower, closed=closed)
        else:
            return node


def _ranged(cursor: Cursor, node: Expression, start: int, *, closed: bool) -> Range | Subquery:
    """Read the brackets of a range or of a subquery."""
    word, begin = cursor.words[cursor.at], cursor.starts[cursor.at]
    end = begin + len(word)
    found = placed(brackets, word, begin)
    cursor.at += 1
    length, step = found.length, found.step
    if found.colon:
        spans = _spans(range=length, step=step)
        needs = length.needs + (step.needs if step else ())
        return Subquery(
            node, length.value, step.value if step else None, start=begin, end=end, needs=needs, spans=spans
        )
    if not isinstance(node, Vector) or closed:
        raise Refusal("a range can only follow a selector; write a subquery with a colon, such as [5m:1m]", begin, end)
    needs = length.needs
    if node.at:
        if node.at not in {"start()", "end()"}:
            raise Refusal("@ cannot come before a range; write it after the brackets", begin, end)
        needs += (EARLY_AT,)
    if node.spans:
        needs += (EARLY_OFFSET,)
    elif node.offset:
        raise Refusal("offset cannot come before a range; write it after the brackets", begin, end)
    return Range(node, length.value, _spans(range=length), start=start, end=end, needs=needs)


def _moved(cursor: Cursor, node: Vector | Subquery | Range) -> Expression:
    """Read ``offset`` and its duration."""
    inner = _vector_of(node)
    if inner.offset or any(name == "offset" for name, _ in inner.spans):
        raise Refusal("offset is written twice", cursor.starts[cursor.at], cursor.starts[cursor.at] + len("offset"))
    found = offset(cursor.text, cursor.starts[cursor.at] + len("offset"))
    while cursor.starts[cursor.at] < found.end:
        cursor.at += 1
    needs = (*inner.needs, *((NEGATIVE_OFFSET,) if found.value < timedelta(0) else ()), *found.needs)
    return _put_back(node, replace(inner, offset=found.value, needs=needs, spans=inner.spans + _spans(offset=found)))


def _fixed(cursor: Cursor, node: Vector | Subquery | Range) -> Expression:
    """Read ``@`` and its time."""
    inner = _vector_of(node)
    if inner.at:
        raise Refusal("@ is written twice", cursor.starts[cursor.at], cursor.starts[cursor.at] + 1)
    cursor.at += 1
    needs: tuple[Feature, ...] = ()
    if (edge := cursor.lower()) in _EDGES:
        cursor.at += 1
        cursor.take("(")
        cursor.take(")")
        time = f"{edge}()"
    else:
        sign = cursor.words[cursor.at]
        if sign in {"+", "-"}:
            cursor.at += 1
        if cursor.kinds[cursor.at] != NUMBER_TOKEN and cursor.lower() not in _NUMBERS:
            cursor.expected("a time in seconds, start() or end()")
        found = cursor.number()
        needs = found.needs
        if not found.value < _LATEST:
            raise Refusal("the time after @ is out of bounds", found.start, found.end)
        milliseconds = _rounded(found.value * 1000)
        if milliseconds > _LATEST:
            raise Unjudged("the time after @ is beyond the year 292,000,000", found.start, found.end)
        time = repr((-milliseconds if sign == "-" else milliseconds) / 1000)
    return _put_back(node, replace(inner, at=time, needs=(*inner.needs, AT, *needs)))


def _extended(cursor: Cursor, node: Expression, word: str, *, closed: bool) -> Expression:
    """Read ``anchored`` or ``smoothed``."""
    start = cursor.starts[cursor.at]
    if closed or not isinstance(node, Vector | Range):
        raise Refusal(f"{word} can only follow a selector, with or without a range", start, start + len(word))
    inner = node.vector if isinstance(node, Range) else node
    if inner.extended not in {"", word}:
        raise Refusal("anchored and smoothed cannot be used together", start, start + len(word))
    cursor.at += 1
    return _put_back(node, replace(inner, extended=word, needs=(*inner.needs, EXTENDED[word])))


def _movable(node: Expression, word: str, start: int, end: int, *, closed: bool) -> Vector | Subquery | Range:
    if closed or not isinstance(node, Vector | Subquery | Range):
        raise Refusal(f"{word} can only follow a selector, a range or a subquery", start, end)
    return node


def _spans(**found: Read | None) -> tuple[tuple[str, Arithmetic], ...]:
    return tuple((name, one.span) for name, one in found.items() if one and isinstance(one.span, Arithmetic))


def _vector_of(node: Vector | Subquery | Range) -> Vector | Subquery:
    return node.vector if isinstance(node, Range) else node


def _put_back(node: Vector | Subquery | Range, changed: Vector | Subquery) -> Vector | Subquery | Range:
    """Return the changed selector, inside of its range if it has one."""
    return replace(node, vector=changed) if isinstance(node, Range) and isinstance(changed, Vector) else changed


def _rounded(value: float) -> int:
    """Round like Go: halves away from zero."""
    return math.floor(value + 0.5) if value % 1 == 0.5 else round(value)  # noqa: PLR2004 - a half is a half


MODIFIERS = frozenset({"bool", "on", "ignoring", "fill", "fill_left", "fill_right"})
"""Words that can begin the modifiers."""

_FILLS = frozenset({"fill", "fill_left", "fill_right"})

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
                raise Refusal(f"the label {min(both)!r} must not be both in on and in {side}", start, cursor.ended())
    fill = _fills(cursor)
    needs += [FILL] if fill != (None, None) else []
    return boolean, matching, group, fill, tuple(needs)


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
