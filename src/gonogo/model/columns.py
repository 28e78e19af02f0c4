"""Counts the columns that a text takes on a terminal, where a Korean letter takes two and a combining mark none."""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

_WORD = re.compile(r" *[^ ]+")


def columns(text: str) -> int:
    """Return the number of columns of a text."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(line: str, width: int) -> str:
    """Return the beginning of a line that fits into some columns."""
    taken, end = 0, 0
    for place, character in enumerate(line, start=1):
        taken += _columns(character)
        if taken < width:
            end = place
        if taken > width:
            return f"{line[:end]}…"
    return line


def padded(text: str, width: int) -> str:
    """Return a text with blanks up to some columns."""
    return text + " " * (width - columns(text))


def wrapped(line: str, width: int, indent: int) -> str:
    """Break a line at blanks into lines of some columns. The further lines begin with ``indent`` blanks.

    A word that is longer stays whole, because a user copies addresses and commands.
    """
    lines = [""]
    for word in _WORD.findall(line.expandtabs()):
        if lines[-1] and columns(lines[-1]) + columns(word) > width:
            lines.append(" " * indent + word.lstrip())
        else:
            lines[-1] += word
    return "\n".join(lines)


def _columns(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
