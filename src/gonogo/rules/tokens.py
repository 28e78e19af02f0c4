"""PromQL text as the pieces that it is written in, each with its place.

The parser gives no places. What it reads can be found again in the text: this module
knows just enough of the grammar to tell a metric from a modifier and a minus sign
from a subtraction. Source: Prometheus, ``promql/parser/lex.go`` and ``generated_parser.y``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

_TOKEN = re.compile(
    r"""
      (?P<blank>    \s++ | \#[^\n]*+ )
    | (?P<string>   "(?:\\.|[^"\\])*+"? | '(?:\\.|[^'\\])*+'? | `[^`]*+`? )
    | (?P<braces>   \{ (?: [^"'`\#}]++ | "(?:\\.|[^"\\])*+"? | '(?:\\.|[^'\\])*+'? | `[^`]*+`? | \#[^\n]*+ )*+ \}? )
    | (?P<brackets> \[ (?: [^\#\]]++ | \#[^\n]*+ )*+ \]? )
    | (?P<number>   0[xX][0-9a-fA-F_]++ | \.?[0-9] (?: [eE][-+](?=[0-9]) | [\w.] )*+ )
    | (?P<word>     [a-zA-Z_:][a-zA-Z0-9_:]*+ )
    | (?P<open>     \( )
    | (?P<close>    \) )
    | (?P<comma>    , )
    | (?P<at>       @ )
    | (?P<operator> == | != | <= | >= | =~ | !~ | [-+*/%^<>] )
    | (?P<unknown>  . )
    """,
    re.DOTALL | re.VERBOSE,
)
"""Every text is a run of these; what is not closed reaches to its end."""

WORD_OPERATORS = frozenset({"and", "or", "unless", "atan2"})
AGGREGATIONS = frozenset(
    {"sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values", "quantile"}
    | {"bottomk", "topk", "limitk", "limit_ratio"}
)
_GROUPINGS = frozenset({"by", "without"})
_AFTER_OPERATOR = frozenset({"on", "ignoring", "group_left", "group_right", "fill", "fill_left", "fill_right"})
_NUMBERS = frozenset({"inf", "nan"})


class Kind(StrEnum):
    """What a piece of an expression is."""

    SELECTOR = auto()
    CALL = auto()
    NUMBER = auto()
    STRING = auto()
    BRACKETS = auto()
    OPERATOR = auto()
    MINUS = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text of the lexer's own kind, without blanks and comments."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next character stands."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """The text of a word as keywords are compared; empty for anything else."""
        return self.text.lower() if self.kind == "word" else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expression that a node of its tree stands for, from ``start`` up to ``end``.

    A selector is its name and braces, a call or aggregation its name alone, a minus
    what stands before an operand.
    """

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stray:
    """The first token that stands where it cannot; ``None`` is the end of the text.

    ``operand_due`` tells whether something to compute with was to come, or else an operator.
    """

    token: Token | None
    operand_due: bool


def tokens(text: str) -> tuple[Token, ...]:
    """Take an expression apart."""
    return tuple(
        Token(found.lastgroup or "", found[0], found.start())
        for found in _TOKEN.finditer(text)
        if found.lastgroup != "blank"
    )


def comments(text: str) -> Iterator[tuple[int, str]]:
    """List the comments of an expression and where each begins."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "blank" and found[0].startswith("#"):
            yield found.start(), found[0]


def pieces(text: str) -> tuple[Piece, ...]:
    """List the pieces of a valid expression as they follow each other.

    Parentheses, label lists, ``bool``, offsets and ``@`` belong to no node and are left out.
    Of an invalid expression some pieces are found, never with an error.
    """
    return tuple(_Reader(tokens(text)).pieces())


def stray(text: str) -> Stray | None:
    """Find the first token that cannot stand where it does, as far as operands and operators must take turns."""
    reader = _Reader(tokens(text))
    for _ in reader.pieces():
        pass
    return reader.stray


class _Reader:
    """Walks over the tokens, knowing whether an operand or an operator has to come next."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self._tokens = found
        self._next = 0
        self._calls: list[bool] = []
        self.stray: Stray | None = None

    def pieces(self) -> Iterator[Piece]:
        operand_due = True
        while (token := self._take()) is not None:
            if not (self._may_begin(token) if operand_due else self._may_follow(token)):
                self._misplaced(token, operand_due=operand_due)
            self._nest(token)
            piece: Piece | None
            piece, operand_due = self._operand(token) if operand_due else self._operator(token)
            if piece is not None:
                yield piece
        if operand_due:
            self._misplaced(None, operand_due=True)

    def _misplaced(self, token: Token | None, *, operand_due: bool) -> None:
        self.stray = self.stray or Stray(token, operand_due)

    def _may_begin(self, token: Token) -> bool:
        """Tell whether a token may stand where an operand is due."""
        if token.kind == "operator":
            return token.text in {"+", "-"}
        if token.kind == "close":
            return self._kind(-2) == "open" and self._calls[-1:] == [True]
        return token.kind in {"string", "number", "braces", "word", "open"}

    def _may_follow(self, token: Token) -> bool:
        """Tell whether a token may stand where an operand has ended."""
        if token.word in _GROUPINGS:
            return self._kind(-2) == "close"
        if token.kind in {"comma", "close"}:
            return bool(self._calls) and (token.kind == "close" or self._calls[-1])
        return token.kind in {"brackets", "at"} or token.word == "offset" or _is_operator(token)

    def _nest(self, token: Token) -> None:
        """Remember which parentheses are open, and whether they are a call's."""
        if token.kind == "open":
            self._calls.append(self._kind(-2) in {"word", "close"})
        elif token.kind == "close" and self._calls:
            self._calls.pop()

    def _operand(self, token: Token) -> tuple[Piece | None, bool]:
        """Read what stands where an operand is due, and tell whether it still is."""
        match token.kind:
            case "operator":
                return (_piece(Kind.MINUS, token) if token.text == "-" else None), True
            case "string" | "number":
                return _piece(Kind(token.kind), token), False
            case "braces":
                return _piece(Kind.SELECTOR, token), False
            case "word":
                return self._named(token)
            case kind:
                return None, kind != "close"

    def _named(self, token: Token) -> tuple[Piece, bool]:
        if self._kind() == "open":
            return _piece(Kind.CALL, token), True
        if token.word in AGGREGATIONS and self._word() in _GROUPINGS and self._kind(1) == "open":
            self._take()
            self._skip_list()
            if self._kind() != "open":
                self._misplaced(self._tokens[self._next] if self._kind() else None, operand_due=True)
            return _piece(Kind.CALL, token), True
        if self._kind() == "braces":
            braces = self._take() or token
            return Piece(Kind.SELECTOR, token.start, braces.end), False
        return _piece(Kind.NUMBER if token.word in _NUMBERS else Kind.SELECTOR, token), False

    def _operator(self, token: Token) -> tuple[Piece | None, bool]:
        """Read what may stand where an operand has ended, and tell whether the next is due."""
        if _is_operator(token):
            self._skip_modifiers()
            return _piece(Kind.OPERATOR, token), True
        if token.kind == "brackets":
            return _piece(Kind.BRACKETS, token), False
        if token.word in _GROUPINGS:
            self._skip_list()
        elif token.word == "offset" or token.kind == "at":
            self._skip_time()
        return None, token.kind in {"comma", "open"}

    def _skip_modifiers(self) -> None:
        while (word := self._word()) == "bool" or word in _AFTER_OPERATOR:
            self._take()
            if word != "bool":
                self._skip_list()

    def _skip_list(self) -> None:
        """Skip a list in parentheses, if one begins here."""
        if self._kind() == "open":
            while (token := self._take()) is not None and token.kind != "close":
                pass

    def _skip_time(self) -> None:
        """Skip what stands after ``offset`` or ``@``: a signed number, ``start()`` or ``end()``."""
        if self._kind() == "operator":
            self._take()
        if (token := self._take()) is not None and token.kind == "word":
            self._skip_list()

    def _take(self) -> Token | None:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        self._next += 1
        return token

    def _kind(self, ahead: int = 0) -> str:
        """Give the kind of a token still to come, or, counted from -1 back, of one taken."""
        place = self._next + ahead
        return self._tokens[place].kind if 0 <= place < len(self._tokens) else ""

    def _word(self) -> str:
        return self._tokens[self._next].word if self._next < len(self._tokens) else ""


def _is_operator(token: Token) -> bool:
    matching = token.text in {"=~", "!~"}
    return (token.kind == "operator" and not matching) or token.word in WORD_OPERATORS


def _piece(kind: Kind, token: Token) -> Piece:
    return Piece(kind, token.start, token.end)
