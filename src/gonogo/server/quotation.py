"""Quotes the words of a server in a form that is safe to show: short, printable, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote as percent_encoded

LONGEST = 200
"""Characters of a body that are shown."""
LONGEST_REASON = 2000
"""Characters shown of a body that says why a server refused: the mistake comes last, after the paths of files."""

_LOOKED_AT = 4000
_WIDEST = 12
"""Bytes of the longest spelling of one character, the two ``\\uXXXX`` of a surrogate pair."""


def quote(body: bytes, secrets: Iterable[str] = (), longest: int = LONGEST) -> str:
    """Return the beginning of a body on one line. Control characters are escaped, secrets are left out.

    A secret is also left out in another letter case, or with some of its characters encoded
    as in a URL, JSON or HTML.
    """
    hidden = sorted(filter(None, secrets), key=len, reverse=True)
    ahead = _WIDEST * len(hidden[0]) if hidden else 0
    text = body[: _LOOKED_AT + ahead].decode("utf-8", "replace")
    for secret in hidden:
        text = re.sub("".join(map(_spellings, secret)), "<secret>", text, flags=re.IGNORECASE)
    line = " ".join(text[:_LOOKED_AT].split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line[:longest])
    return f"{shown}…" if len(line) > longest or len(body) > _LOOKED_AT else shown


def _spellings(letter: str) -> str:
    """Return a pattern for a character, plain or encoded as in a URL, JSON or HTML."""
    coded = "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
    spelt = {letter, coded, percent_encoded(coded), f"\\{letter}", escape(letter), f"&#{ord(letter)};"}
    spelt |= {f"\\u{ord(letter):04x}", f"&#x{ord(letter):x};", "+" if letter == " " else letter}
    return f"(?:{'|'.join(map(re.escape, sorted(spelt, key=len, reverse=True)))})"
