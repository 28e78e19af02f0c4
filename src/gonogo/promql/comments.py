"""Finds the comments of an expression, and where the expression begins after them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.promql.lexer import STRING_FORM, tokens

_IGNORED = re.compile(rf"""\#[^\r\n]*+ | {STRING_FORM} | ["'`].*+ | [^"'`\#]++""", re.VERBOSE | re.DOTALL)
"""A comment, or a text without a comment. A string that is not closed extends to the end."""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of an expression, each with the offset of its first character."""
    for found in _IGNORED.finditer(text):
        if found[0].startswith("#"):
            yield found.start(), found[0]


def first_character(text: str) -> int:
    """Return the offset of the first character outside of blanks and comments; 0 if there is none."""
    first = tokens(text).starts[0]
    return first if first < len(text) else 0
