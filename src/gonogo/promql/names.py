"""Checks names of metrics and labels that are written without quotes."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from gonogo.model.promql_features import UNQUOTED_NAME, Feature


@lru_cache(maxsize=4096)
def misspelt(name: str) -> str:
    """Return the reason why no version reads a name without quotes; empty if some version does."""
    for letter in name if not name.isascii() else "":
        if not letter.isascii() and not unicodedata.category(letter).startswith("L"):
            return f"{letter!r} is not allowed in a name without quotes"
    return ""


def needed_by_name(name: str) -> tuple[Feature, ...]:
    """Return the features that a version must have to read a name without quotes."""
    return (UNQUOTED_NAME,) if "." in name or not name.isascii() else ()
