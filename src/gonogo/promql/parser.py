"""Reads PromQL text into trees; the grammar is imported when the first expression is read."""

from __future__ import annotations

from functools import lru_cache

from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.promql.tree import Expression


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        Unjudged: some server may read it, and gonogo cannot; the message says why.
        Refusal: no version of Prometheus reads it; the message says why, and the places say where.
    """
    from gonogo.promql.grammar import tree_of  # noqa: PLC0415 - a verdict without rules does not pay for the grammar

    return tree_of(text)


def unreadable(text: str) -> str:
    """Return why a text cannot be read here; empty for PromQL that can."""
    try:
        parse(text)
    except Unjudged as refusal:
        return refusal.message
    except Refusal as refusal:
        return f"it is not PromQL: {refusal.message}"
    return ""
