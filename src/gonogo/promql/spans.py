"""Reads lengths of time in brackets and after ``offset``: ``5m``, ``300``, ``5m + 1m``, ``-(step() * 2)``.

A rule is evaluated as an instant query. There ``step()`` and ``range()`` are 0, so every length has one value.
Source: Prometheus, ``promql/parser/generated_parser.y`` and ``promql/durations.go``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from operator import add, mul, neg, pos, sub, truediv
from typing import NoReturn

from msgspec import Struct

from gonogo.model.promql_features import (
    ARITHMETIC,
    DURATION_FUNCTIONS,
    NUMBER_AS_DURATION,
    SIGNED_DURATION,
    SUBQUERY_OF_STEP,
    UNDERSCORES,
    ZERO_OFFSET,
    Feature,
)
from gonogo.promql.lexer import BLANK, NUMBER
from gonogo.promql.literals import LONGEST, seconds
from gonogo.promql.refusal import Refusal, Unjudged, placed

_TOKEN = re.compile(rf"{BLANK}*+(?: ({NUMBER}) | ([a-zA-Z_]++) | (.) )", re.VERBOSE | re.DOTALL)
_SUM, _PRODUCT, _POWER = 1, 2, 3
_LEVELS: Mapping[str, int] = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "^": _POWER}
_SIGNS = frozenset({"+", "-"})
_EARLY_COMMENT = re.compile(r"[^0-9]*#")
_WITHOUT_NUMBER = re.compile(r"[^0-9]*:")
_NO_LENGTHS = frozenset({"inf", "nan"})
"""Numbers that Prometheus accepts after ``offset`` and cannot evaluate there."""

_NOTHING = frozenset({"step", "range"})
_DEEPEST = 50
_EXPECTED = "a duration such as 5m"


class Seconds(Struct, frozen=True):
    """A literal: its value and its text, sign included."""

    value: float
    text: str


class Arithmetic(Struct, frozen=True):
    """An operator or function over lengths of time. The operator ``(`` is a pair of parentheses."""

    operator: str
    operands: tuple[Span, ...]


Span = Seconds | Arithmetic
Spans = tuple[tuple[str, Arithmetic], ...]
"""The arithmetic in a node: the name of the field that has the value, and the form."""


class Read(Struct, frozen=True):
    """A length of time that was read.

    Attributes:
        span: the form of the length of time.
        value: its value in a rule.
        needs: the features that a version must have to read it.
        end: the offset after it.
    """

    span: Span
    value: timedelta
    needs: tuple[Feature, ...]
    end: int


class Brackets(Struct, frozen=True):
    """The brackets of a range selector, or of a subquery. The brackets of a subquery have a colon."""

    length: Read
    colon: bool
    step: Read | None


@lru_cache(maxsize=4096)
def brackets(text: str) -> Brackets:
    """Read a text that begins and ends with a bracket.

    Raises:
        Refusal: the text is neither a length of time nor two lengths with a colon between them.
    """
    if early := _EARLY_COMMENT.match(text):
        message = "a comment cannot come between a bracket and the first number in it"
        raise Refusal(message, early.end() - 1, early.end())
    reader = _Reader(text, 1)
    if _WITHOUT_NUMBER.match(text):
        reader.needs.append(SUBQUERY_OF_STEP)
    length = _positive(reader)
    step = None
    if colon := reader.word == ":":
        reader.advance()
        step = None if reader.word == "]" else _positive(reader)
    if reader.word != "]":
        reader.expected("']'" if colon else "':' or ']'")
    return Brackets(length, colon, step)


def offset(text: str, start: int) -> Read:
    """Read the length of time after the word ``offset``.

    Raises:
        Refusal: there is no length of time. The offsets of the refusal count in ``text``.
    """
    reader = _Reader(text, start)
    begins_arithmetic = reader.word == "(" or (reader.word in _SIGNS and reader.following() in _SIGNS)
    span = reader.span(_SUM, 0) if begins_arithmetic else reader.single(0, bound=True)
    if isinstance(span, Seconds) and not span.value:
        reader.needs.append(ZERO_OFFSET)
    return _read(reader, span)


def written(span: Span) -> str:
    """Write a length of time so that reading it gives the same form."""
    if isinstance(span, Seconds):
        return span.text
    inner = [written(operand) for operand in span.operands]
    if span.operator == "(":
        return f"({inner[0]})"
    if span.operator in _LEVELS:
        return f" {span.operator} ".join(inner) if len(inner) > 1 else f"{span.operator}{inner[0]}"
    return f"{span.operator}({', '.join(inner)})"


def _positive(reader: _Reader) -> Read:
    start = reader.start
    span = reader.span(_SUM, 0)
    if isinstance(span, Seconds) and span.value <= 0:
        raise Refusal("the duration must be greater than zero", start, reader.last)
    return _read(reader, span)


def _read(reader: _Reader, span: Span) -> Read:
    if isinstance(span, Seconds):
        nanoseconds = round(span.value * 1e9)
        value = timedelta(microseconds=nanoseconds // 1000 or (1 if nanoseconds else 0))
    else:
        try:
            result = _value(span)
        except (ZeroDivisionError, OverflowError, ValueError):
            result = math.nan
        if not abs(result) <= LONGEST:
            raise Unjudged(f"the duration {written(span)} has no value in a rule", reader.begin, reader.last)
        value = timedelta(milliseconds=math.trunc(result * 1000))
    return Read(span, value, tuple(dict.fromkeys(reader.needs)), reader.last)


def _value(span: Span) -> float:
    if isinstance(span, Seconds):
        return span.value
    return _OPERATIONS[span.operator, len(span.operands)](*map(_value, span.operands))


_OPERATIONS: Mapping[tuple[str, int], Callable[..., float]] = {
    ("step", 0): lambda: 0.0,
    ("range", 0): lambda: 0.0,
    ("(", 1): pos,
    ("-", 1): neg,
    ("+", 2): add,
    ("-", 2): sub,
    ("*", 2): mul,
    ("/", 2): truediv,
    ("%", 2): math.fmod,
    ("^", 2): math.pow,
    **dict.fromkeys((("min", 2), ("min_of", 2)), min),
    **dict.fromkeys((("max", 2), ("max_of", 2)), max),
}


class _Reader:
    """A reader of lengths of time, which begins at a place in a text."""

    __slots__ = ("_text", "begin", "end", "last", "needs", "start", "word")

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self.end = start
        self.needs: list[Feature] = []
        self.advance()
        self.begin = self.start

    def advance(self) -> None:
        """Go to the next token."""
        self.last = self.end
        found = _TOKEN.match(self._text, self.end)
        if found is None:
            self.word, self.start, self.end = "", len(self._text), len(self._text)
        else:
            group = found.lastindex or 0
            self.word, self.start, self.end = found[group], found.start(group), found.end()

    def following(self) -> str:
        """Return the token after this one."""
        found = _TOKEN.match(self._text, self.end)
        return found[found.lastindex or 0] if found else ""

    def expected(self, what: str) -> NoReturn:
        """Refuse the token, because another token is expected here."""
        found = repr(self.word) if self.word else "the end"
        raise Refusal(f"expected {what}, found {found}", self.start, max(self.end, self.start))

    def span(self, level: int, depth: int) -> Span:
        """Read operands and the operators between them, while the operators bind at least as strongly as ``level``."""
        left = self.single(depth)
        while (binds := _LEVELS.get(self.word, 0)) >= level and binds:
            operator, start, end = self.word, self.start, self.end
            self.advance()
            right = self.span(binds if binds == _POWER else binds + 1, depth + 1)
            if operator in {"/", "%"} and isinstance(right, Seconds) and right.value == 0:
                raise Refusal("a duration cannot be divided by zero", start, end)
            self.needs.append(ARITHMETIC)
            left = Arithmetic(operator, (left, right))
        return left

    def single(self, depth: int, *, bound: bool = False) -> Span:
        """Read one operand with the signs before it. With ``bound``, a sign does not apply to a ``^`` after it."""
        if depth > _DEEPEST:
            raise Unjudged("the arithmetic with durations is nested too deeply for gonogo", self.start, self.end)
        word = self.word
        if word in _SIGNS:
            self.advance()
            inner = self.single(depth + 1) if bound else self.span(_POWER, depth + 1)
            if word == "+" or not bound:
                self.needs.append(SIGNED_DURATION)
            if word == "+":
                return inner
            return Seconds(-inner.value, f"-{inner.text}") if isinstance(inner, Seconds) else Arithmetic("-", (inner,))
        if word == "(":
            self.advance()
            inner = self.span(_SUM, depth + 1)
            self._take(")")
            self.needs.append(ARITHMETIC)
            nested = isinstance(inner, Arithmetic) and inner.operator == "("
            return inner if nested else Arithmetic("(", (inner,))
        if (name := word.lower()) in DURATION_FUNCTIONS:
            return self._function(name, depth)
        return self._literal()

    def _function(self, name: str, depth: int) -> Span:
        self.needs.append(DURATION_FUNCTIONS[name])
        self.advance()
        self._take("(")
        operands: tuple[Span, ...] = ()
        if name not in _NOTHING:
            first = self.span(_SUM, depth + 1)
            self._take(",")
            operands = (first, self.span(_SUM, depth + 1))
        self._take(")")
        return Arithmetic(name, operands)

    def _take(self, word: str) -> None:
        if self.word != word:
            self.expected(repr(word))
        self.advance()

    def _literal(self) -> Seconds:
        word, start, end = self.word, self.start, self.end
        if not word or not (word[0].isdigit() or (word[0] == "." and len(word) > 1)):
            if word.lower() in _NO_LENGTHS and not self._text.startswith("["):
                raise Unjudged(f"{word} is not a length of time", start, end)
            self.expected(_EXPECTED)
        value, is_duration = placed(seconds, word, start)
        if not is_duration:
            self.needs.append(NUMBER_AS_DURATION)
            if "_" in word:
                self.needs.append(UNDERSCORES)
        if value > LONGEST:
            raise Refusal(f"{word} is longer than 292 years, the longest duration", start, end)
        self.advance()
        return Seconds(value, word)
