"""Splits PromQL text into tokens, each with its place.

A pair of braces and a pair of brackets are one token each, because other rules apply inside
them: ``braces`` and ``spans`` know these rules. Source: Prometheus, ``promql/parser/lex.go``.
"""

from __future__ import annotations

import re

from msgspec import Struct

STRING_FORM = r"""
      "(?: [^"\\\n] | \\[^\n] )*+" | '(?: [^'\\\n] | \\[^\n] )*+' | `[^`]*+`
"""
NUMBER = r"0[xX]\w*+ | \.?[0-9] (?: [eE][-+](?=[0-9]) | [\w.] )*+"
"""The characters of a number or a duration. Some matching texts are neither."""

BLANK = r"(?: [ \t\r\n]++ | \#[^\r\n]*+ )"

_TOKEN = re.compile(
    rf"""{BLANK}*+ (?:
      (?P<word>     (?i: bool | offset | atan2 ) (?= \.[0-9] ) | (?: [^\W\d] | : ) [\w:.]*+ )
    | (?P<operator> == | != | =~ | !~ | <= | >= | </ | >/ | [-+*/%^<>=(),@] )
    | (?P<braces>   \{{ (?: [^"'`\#}}]++ | {STRING_FORM} | \#[^\r\n]*+ )*+ \}} )
    | (?P<brackets> \[ (?: [^\#\]]++ | \#[^\r\n]*+ )*+ \] )
    | (?P<number>   {NUMBER} )
    | (?P<string>   {STRING_FORM} )
    | (?P<end>      \Z )
    | (?P<unknown>  . )
    )""",
    re.VERBOSE | re.DOTALL,
)
WORD, BRACES, BRACKETS, NUMBER_TOKEN, STRING = "word", "braces", "brackets", "number", "string"
END = "end"


class Tokens(Struct, frozen=True):
    """The tokens of a text, one column for each property. The last token is the end of the text."""

    kinds: list[str]
    texts: list[str]
    starts: list[int]


def tokens(text: str) -> Tokens:
    """Split a text into tokens. A character that begins no token is of the kind ``unknown`` and ends the tokens."""
    kinds: list[str] = []
    texts: list[str] = []
    starts: list[int] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        kinds.append(kind)
        texts.append(found[kind])
        starts.append(found.start(kind))
        if kind == "unknown":  # the text is refused; to search on after each quote would take quadratic time
            kinds.append(END)
            texts.append("")
            starts.append(found.end())
            break
    return Tokens(kinds, texts, starts)
