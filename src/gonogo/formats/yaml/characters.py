"""Finds the place of each character of a scalar in the file, in spite of quotes, escapes, folding and indentation.

Quotes double or escape characters, blocks are indented, and lines fold into one. Characters
that are not blank keep their order. So the functions walk through these characters of the
value and of its source side by side. Source: YAML 1.2.2, chapters 7 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Place = tuple[int, int]
"""A line and a column, counted from 1."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_PROPERTY = re.compile(r"[&!]\S*")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.|$)")
_NAMED_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"}
_BLANK_ESCAPES = "tnvfr"
_BLOCKS = frozenset("|>")
_QUOTES = frozenset("'\"")


def lines_of(text: str) -> tuple[str, ...]:
    """Split a text into lines in the way in which the YAML parser counts them, so that every position has its line."""
    return tuple(text.split("\n")) if not _other_breaks(text) else tuple(_BREAK.split(text))


def _other_breaks(text: str) -> bool:
    return any(mark in text for mark in "\r\x85\u2028\u2029")


def beginning(lines: Sequence[str], place: Place, style: str) -> Place | None:
    """Return the place where the text of a scalar begins, after its anchor, tag, quote or block header.

    Args:
        lines: the lines of the file.
        place: the place where the scalar begins, its anchor and tag included.
        style: ``'``, ``"``, ``|``, ``>`` or an empty text.

    Returns:
        ``None`` if the source is not a scalar of this style but an alias for such a scalar.
    """
    line, column = _skip_properties(lines, place)
    mark = _character(lines, line, column)
    if mark == "*" or (style and mark != style):
        return None
    if style in _QUOTES:
        return line, column + 1
    return _first_in_block(lines, (line, column)) if style in _BLOCKS else (line, column)


def places(lines: Sequence[str], begin: Place, style: str, text: str) -> tuple[Place, ...] | None:
    """Return the place of each character of a scalar, and the place of its end.

    Args:
        lines: the lines of the file.
        begin: the result of ``beginning``.
        style: ``'``, ``"``, ``|``, ``>`` or an empty text.
        text: the scalar's value.

    Returns:
        A place for each character of ``text`` and one more for its end. The place of a blank is
        right after the character before it. ``None`` if value and source do not match.
    """
    source = _solid(lines, begin, style)
    found: list[Place] = []
    after = begin
    for character in text:
        if character.isspace():
            found.append(after)
            continue
        written, place, width = next(source, ("", begin, 0))
        if written != character:
            return None
        found.append(place)
        after = place[0], place[1] + width
    return (*found, after)


def _solid(lines: Sequence[str], begin: Place, style: str) -> Iterator[tuple[str, Place, int]]:
    """Yield the characters from a place on that are not blank: the character, its place, and its number of columns."""
    line, column = begin
    for number in range(line, len(lines) + 1):
        content = lines[number - 1]
        at = column - 1 if number == line else 0
        while at < len(content):
            meaning, width = _character_at(content, at, style)
            if meaning and not meaning.isspace():
                yield meaning, (number, at + 1), width
            at += width


def _character_at(line: str, at: int, style: str) -> tuple[str, int]:
    """Return the character that is written at a place, and the number of columns that it takes."""
    if style == "'" and line.startswith("''", at):
        return "'", 2
    if style == '"' and (escape := _ESCAPE.match(line, at)):
        return _unescaped(escape[0][1:]), len(escape[0])
    return line[at], 1


def _unescaped(code: str) -> str:
    if len(code) > 1:
        return chr(min(int(code[1:], 16), 0x10FFFF))
    return " " if code in _BLANK_ESCAPES else _NAMED_ESCAPES.get(code, code)


def _skip_properties(lines: Sequence[str], place: Place) -> Place:
    """Skip an anchor and a tag, and the blanks, lines and comments after each."""
    line, column = place
    while found := _PROPERTY.match(_line(lines, line), column - 1):
        column = found.end() + 1
        while line < len(lines) and not _line(lines, line)[column - 1 :].partition(" #")[0].strip():
            line, column = line + 1, 1
        rest = _line(lines, line)[column - 1 :]
        column += len(rest) - len(rest.lstrip())
    return line, column


def _first_in_block(lines: Sequence[str], header: Place) -> Place:
    for number in range(header[0] + 1, len(lines) + 1):
        if stripped := _line(lines, number).lstrip():
            return number, len(_line(lines, number)) - len(stripped) + 1
    return header


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if number <= len(lines) else ""


def _character(lines: Sequence[str], line: int, column: int) -> str:
    return _line(lines, line)[column - 1 : column]
