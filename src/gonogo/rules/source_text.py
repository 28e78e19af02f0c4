"""PromQL text before it is parsed: literals and comments told from code, and what must not reach the parser.

The parser is native code: deep nesting ends the process, a negative ``@`` time
panics, and its time grows with the square of the operators. It also takes the
escapes in raw strings for real ones. Observed with promql-parser 0.12.
"""

from __future__ import annotations

import re

from gonogo.rules.matchers import quoted

MOST_OPERATIONS = 1000
"""How many operators and brackets an expression may have (0.4 s of parsing; real rules have under 100)."""


class Unjudged(ValueError):
    """An expression that may be valid, and that cannot be read here all the same."""


_LITERAL = re.compile(
    r""" (?P<quoted> "(?:\\.|[^"\\])*+"? | '(?:\\.|[^'\\])*+'? ) | `(?P<raw>[^`]*)` | \#[^\n]* """,
    re.DOTALL | re.VERBOSE,
)
"""What is quoted and does not end reaches to the end of the text, as it does for the parser, which refuses it."""
_MATCHERS = re.compile(r"\{[^{}]*\}")
_OPERATION = re.compile(r"[-+*/%^<>(\[{]|[!=]=|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
_NEGATIVE_TIME = re.compile(r"@[\s+]*-")


def parsable(expression: str) -> str:
    """Write an expression so that the parser reads it as Prometheus would.

    Raises:
        Unjudged: it is too large, or uses a negative ``@`` time.
    """
    code = _MATCHERS.sub(" ", _LITERAL.sub(" ", expression))
    if len(_OPERATION.findall(code)) > MOST_OPERATIONS:
        message = f"it has more than {MOST_OPERATIONS} operators and brackets; record parts of it by rules of their own"
        raise Unjudged(message)
    if _NEGATIVE_TIME.search(code):
        message = "it asks for a time before 1970 (@ -…), which cannot be read here"
        raise Unjudged(message)
    return _LITERAL.sub(_plain, expression)


def _plain(literal: re.Match[str]) -> str:
    if (raw := literal["raw"]) is not None:
        return quoted(raw)
    return literal["quoted"] or " "
