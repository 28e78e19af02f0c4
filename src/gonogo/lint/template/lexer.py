"""Splits a template into text and the tokens of its actions.

Source: Go, ``text/template/parse/lex.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from gonogo.lint.template.syntax import UnreadableTemplate

LEFT, RIGHT = "{{", "}}"

KEYWORDS = frozenset(["block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"])


class TokenKind(StrEnum):
    """The kind of a token, by the name of its group in the pattern of tokens."""

    OPEN = "open"
    CLOSE = "close"
    SPACE = "space"
    WORD = "word"
    KEYWORD = "keyword"
    BOOL = "bool"
    NUMBER = "number"
    STRING = "string"
    VARIABLE = "variable"
    FIELD = "field"
    DOT = "dot"
    PIPE = "pipe"
    DECLARE = "declare"
    ASSIGN = "assign"
    LEFT_PAREN = "left_paren"
    RIGHT_PAREN = "right_paren"
    CHARACTER = "character"
    END = "end of the template"


class Token(Struct, frozen=True):
    """A token, the offset at which it begins, and True if a space comes before it in its action."""

    kind: TokenKind
    text: str
    offset: int
    spaced: bool = False


_COMMENT = re.compile(r"(?:-[ \t\r\n]+)?/\*")
_COMMENT_END = re.compile(r"(?:[ \t\r\n]+-)?\}\}")
_TOKEN = re.compile(
    r"""
      (?P<close>(?:[ \t\r\n]+-)?\}\})
    | (?P<space>[ \t\r\n]+)
    | (?P<string>"(?:\\[^\n]|[^"\\\n])*" | `[^`]*`)
    | (?P<variable>\$\w*)
    | (?P<number>[+-]?(?: 0[xX][0-9a-fA-F_]+ | 0[bB][01_]+ | 0[oO][0-7_]+
                     | (?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)? )i?
                | '(?:\\[^\n]|[^'\\\n])+')
    | (?P<field>\.\w+)
    | (?P<dot>\.)
    | (?P<word>\w+)
    | (?P<declare>:=)
    | (?P<assign>=)
    | (?P<pipe>\|)
    | (?P<left_paren>\()
    | (?P<right_paren>\))
    | (?P<character>[\x21-\x7e])
    """,
    re.VERBOSE,
)
_ENDS = frozenset(" \t\r\n.,|:()")
"""The characters that may follow a name directly, besides the end of the action."""

_ESCAPES = re.compile(
    r"""(?:[^\\] | \\[abfnrtv\\"] | \\x[0-9a-fA-F]{2} | \\[0-3][0-7]{2} | \\u[0-9a-fA-F]{4} | \\U[0-9a-fA-F]{8})*""",
    re.VERBOSE,
)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of all actions, from ``{{`` to ``}}``, and the end of the template at last.

    Raises:
        UnreadableTemplate: Go would refuse the template.
    """
    position = 0
    while (start := text.find(LEFT, position)) >= 0:
        inside = start + len(LEFT)
        if comment := _COMMENT.match(text, inside):
            position = _after_comment(text, start, comment.end())
            continue
        yield Token(TokenKind.OPEN, LEFT, start)
        if text.startswith("-", inside) and text[inside + 1 : inside + 2].isspace():
            inside += 1
        for token in _action(text, start, inside):
            yield token
            position = token.offset + len(token.text)
    yield Token(TokenKind.END, "", len(text))


def _after_comment(text: str, start: int, inside: int) -> int:
    end = text.find("*/", inside)
    if end < 0:
        raise UnreadableTemplate(start, len(LEFT), "a comment that begins here is not closed")
    closing = _COMMENT_END.match(text, end + 2)
    if closing is None:
        raise UnreadableTemplate(end, 2, "a comment must fill its action: '}}' is missing after it")
    return closing.end()


def _action(text: str, start: int, position: int) -> Iterator[Token]:
    depth, spaced = 0, False
    while position < len(text):
        token = _token(text, position)
        position = token.offset + len(token.text)
        depth += (token.kind is TokenKind.LEFT_PAREN) - (token.kind is TokenKind.RIGHT_PAREN)
        if depth < 0:
            raise UnreadableTemplate(token.offset, 1, "this bracket closes nothing")
        if token.kind is TokenKind.CLOSE and depth:
            raise UnreadableTemplate(token.offset, len(token.text), "a bracket is not closed before the action ends")
        if token.kind is not TokenKind.SPACE:
            yield Token(token.kind, token.text, token.offset, spaced)
        if token.kind is TokenKind.CLOSE:
            return
        spaced = token.kind is TokenKind.SPACE
    raise UnreadableTemplate(start, len(LEFT), "the action that begins here is not closed by '}}'")


def _token(text: str, position: int) -> Token:
    found = _TOKEN.match(text, position)
    if found is None or found.lastgroup is None:
        raise UnreadableTemplate(position, 1, f"{text[position]!r} has no meaning in an action")
    kind, read = TokenKind(found.lastgroup), found[0]
    after = text[found.end() : found.end() + 1]
    if kind is TokenKind.CHARACTER and read != ",":
        raise UnreadableTemplate(position, 1, _stray(text, position, read))
    if kind is TokenKind.NUMBER and (after == "_" or after.isalnum()):
        raise UnreadableTemplate(position, len(read) + 1, f"{read + after!r} is not a number")
    if kind in _NAMES and after and after not in _ENDS and not text.startswith(RIGHT, found.end()):
        raise UnreadableTemplate(found.end(), 1, f"{after!r} cannot follow {read!r}")
    if kind is TokenKind.STRING and read[0] == '"' and not _ESCAPES.fullmatch(read, 1, len(read) - 1):
        raise UnreadableTemplate(position, len(read), f"{read} has an escape that Go does not know")
    if kind is TokenKind.WORD:
        kind = TokenKind.KEYWORD if read in KEYWORDS else TokenKind.BOOL if read in {"true", "false"} else kind
    return Token(kind, read, position)


_NAMES = frozenset([TokenKind.WORD, TokenKind.FIELD, TokenKind.VARIABLE])


def _stray(text: str, position: int, character: str) -> str:
    if character in "\"'`":
        return f"the text that begins with {character} is not closed"
    if character == "}" and not text.startswith(RIGHT, position):
        return "the action is closed by '}' instead of '}}'"
    return f"{character!r} has no meaning in an action"
