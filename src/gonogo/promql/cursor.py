"""Walks through the tokens of a text, and reads numbers, strings and lists of labels."""

from __future__ import annotations

from typing import NoReturn

from gonogo.model.promql_features import (
    DURATION_AS_NUMBER,
    FREE_LABEL,
    HEXADECIMAL_E,
    LABEL_WITH_COLON,
    QUOTED_LABEL,
    UNDERSCORES,
    Feature,
)
from gonogo.model.series import is_classic_label
from gonogo.promql.lexer import END, STRING, WORD, tokens
from gonogo.promql.literals import is_utf8, like_an_exponent, name_features, seconds, string
from gonogo.promql.refusal import Refusal, placed, shortened
from gonogo.promql.tree import Number

_NO_LABEL = frozenset({"without", "inf", "nan"})

_UNCLOSED = {"{": "a brace", "[": "a bracket", '"': "a string", "'": "a string", "`": "a string"}


class Cursor:
    """A place among the tokens of a text."""

    __slots__ = ("at", "kinds", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        found = tokens(text)
        self.text = text
        self.kinds = found.kinds
        self.words = found.texts
        self.starts = found.starts
        self.at = 0

    def finish(self) -> None:
        """Refuse a token after the expression."""
        if self.kinds[self.at] != END:
            self.expected("an operator or the end")

    def expected(self, what: str) -> NoReturn:
        """Refuse the token, because another token is expected here."""
        if self.kinds[self.at] == END and "')'" in what:
            start = self.starts[self._unclosed()]
            raise Refusal("a parenthesis is not closed", start, start + 1)
        raise _misplaced(self.kinds[self.at], self.words[self.at], self.starts[self.at], what)

    def _unclosed(self) -> int:
        """Return the place of the innermost parenthesis that is open at the end."""
        open_ones = []
        for place, word in enumerate(self.words):
            if word == "(":
                open_ones.append(place)
            elif word == ")":
                open_ones.pop()
        return open_ones[-1]

    def take(self, word: str) -> None:
        """Go past a token that must be here."""
        if self.words[self.at] != word:
            self.expected(repr(word))
        self.at += 1

    def lower(self) -> str:
        """Return the token in lower case, to compare it with keywords; empty if the token is not a word."""
        return self.words[self.at].lower() if self.kinds[self.at] == WORD else ""

    def ended(self) -> int:
        """Return the offset after the last token that was read."""
        return self.starts[self.at - 1] + len(self.words[self.at - 1])

    def number(self) -> Number:
        """Read a number, or a duration in place of one."""
        word, start = self.words[self.at], self.starts[self.at]
        end = start + len(word)
        value, is_duration = placed(seconds, word, start)
        self.at += 1
        needs: tuple[Feature, ...] = ()
        if is_duration:
            needs = (DURATION_AS_NUMBER,)
        elif "_" in word:
            needs = (UNDERSCORES,)
        elif word.startswith(("0x", "0X")) and like_an_exponent(word, self.text[end : end + 1]):
            needs = (HEXADECIMAL_E,)
        return Number(value, start=start, end=end, needs=needs)

    def string(self) -> str:
        """Read a string."""
        value = placed(string, self.words[self.at], self.starts[self.at])
        self.at += 1
        return value

    def labels(self, needs: list[Feature]) -> tuple[str, ...]:
        """Read a list of label names in parentheses."""
        self.take("(")
        names: set[str] = set()
        while self.words[self.at] != ")":
            names.add(self.label(needs))
            if self.words[self.at] == ",":
                self.at += 1
            elif self.words[self.at] != ")":
                self.expected("',' or ')'")
        self.at += 1
        return tuple(sorted(names))

    def label(self, needs: list[Feature]) -> str:
        """Read one label name."""
        word, start = self.words[self.at], self.starts[self.at]
        if self.kinds[self.at] == STRING:
            name = self.string()
            needs.append(QUOTED_LABEL if is_classic_label(name) else FREE_LABEL)
            if not name or not is_utf8(name):
                raise Refusal(f"{word} is not a valid label name", start, self.ended())
            return name
        if not (lower := self.lower()) or lower in _NO_LABEL:
            self.expected("a label name or ')'")
        needs.extend(placed(name_features, word, start))
        if ":" in word:
            needs.append(LABEL_WITH_COLON)
        self.at += 1
        return word


def _misplaced(kind: str, word: str, start: int, what: str) -> Refusal:
    end = start + len(word)
    if kind == END:
        return Refusal(f"expected {what}, found the end", start, start)
    if kind == "unknown" and word in _UNCLOSED:
        return Refusal(f"{_UNCLOSED[word]} is not closed", start, end)
    return Refusal(f"expected {what}, found {shortened(word)!r}", start, end)
