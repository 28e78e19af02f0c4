r"""Regular expressions of label matchers, judged only where Python reads them as RE2 does.

Prometheus anchors them at both ends. The common part: literals, ``.``, ``|``, groups
that are not repeated, simple character classes, ``\d \w`` (ASCII) and escaped
punctuation, repeats of a single character. Without repeated groups no match can take
exponential time. Source: RE2 wiki, "Syntax"; Python documentation, ``re``.
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
"""Single characters with their repeats, alternatives, ends and groups; compiled when the first pattern is judged."""


def accepts(pattern: str, value: str) -> bool | None:
    """Tell whether an anchored RE2 pattern matches; ``None`` where only RE2 itself can say."""
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
