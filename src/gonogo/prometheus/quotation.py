"""Quotes what a server said, so that it can be shown: short, printable, without secrets."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 200
"""Characters of a body that are shown."""

_LOOKED_AT = 4000


def quote(body: bytes, secrets: Iterable[str] = (), longest: int = LONGEST) -> str:
    """Give the beginning of a body on one line; control characters are escaped, secrets left out."""
    text = body[:_LOOKED_AT].decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, "<secret>")
    line = " ".join(text.split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line[:longest])
    return f"{shown}…" if len(line) > longest or len(body) > _LOOKED_AT else shown
