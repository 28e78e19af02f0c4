"""Reads PromQL text into trees. The grammar is imported at the first expression."""

from __future__ import annotations

from functools import lru_cache

from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.promql.tree import Expression


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
