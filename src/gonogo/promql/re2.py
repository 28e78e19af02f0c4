r"""Matches the regular expressions of label matchers, if Python reads them in the same way as RE2.

Prometheus anchors a pattern at both ends. Python and RE2 agree on literals, ``.``, ``|``, groups
that are not repeated, simple character classes, ``\d \w`` (ASCII), escaped punctuation, and
repeats of a single character. Without repeated groups no match can take exponential time.
Sources: RE2 wiki, "Syntax". Python documentation, ``re``.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ESCAPE = r"\\[dDwW] | \\[^0-9A-Za-z\s]"
_PLAIN = r"[^\[\]\\&|~-]"
_CLASS = rf"\[ \^? -? (?: {_PLAIN} - {_PLAIN} | {_PLAIN} | {_ESCAPE} )+ -? \]"
_COMMON = rf"""(?: (?: [^\\\[\](){{}}|*+?.^$] | \. | {_ESCAPE} | {_CLASS} )
             (?: [*+?]\?? | \{{[0-9]{{1,3}}(?:,(?:[0-9]{{1,3}})?)?\}} )?
           | [|^$] | \((?:\?:)? | \)(?![*+?{{])
         )*"""
"""Single characters with their repeats, alternatives, ends and groups. Compiled at the first pattern."""


def accepts(pattern: str, value: str) -> bool | None:
    """Return true if an anchored RE2 pattern matches a value; ``None`` if only RE2 itself can decide."""
    compiled = _compiled(pattern)
    if compiled is None or "\n" in value:
        return None
    return compiled.fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if re.fullmatch(_COMMON, pattern, re.VERBOSE) is None:
        return None
    try:
        return re.compile(pattern, re.ASCII)
    except re.error:
        return None
