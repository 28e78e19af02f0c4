"""Reads PromQL text into trees, and finds its comments. The grammar is imported at the first expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gonogo.promql.lexer import STRING_FORM, tokens
from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.promql.tree import Expression

_IGNORED = re.compile(rf"""\#[^\r\n]*+ | {STRING_FORM} | ["'`].*+ | [^"'`\#]++""", re.VERBOSE | re.DOTALL)
"""A comment, or a text without a comment. A string that is not closed extends to the end."""


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        Unjudged: a server may be able to read the text, but gonogo cannot. The message says why.
        Refusal: no version of Prometheus reads the text. The message says why, and the offsets say where.
    """
    from gonogo.promql.grammar import tree_of  # noqa: PLC0415 - a verdict without rules does not pay for the grammar

    return tree_of(text)


def unreadable(text: str) -> str:
    """Return the reason why gonogo cannot read a text; empty if it can."""
    try:
        parse(text)
    except Unjudged as refusal:
        return refusal.message
    except Refusal as refusal:
        return f"it is not PromQL: {refusal.message}"
    return ""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of an expression, each with the offset of its first character."""
    for found in _IGNORED.finditer(text):
        if found[0].startswith("#"):
            yield found.start(), found[0]


def first_character(text: str) -> int:
    """Return the offset of the first character outside of blanks and comments; 0 if there is none."""
    first = tokens(text).starts[0]
    return first if first < len(text) else 0
