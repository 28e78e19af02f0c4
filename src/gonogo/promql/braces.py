"""Reads the braces of a selector: ``{job="api", "http.code"=~"5..", "http.requests"}``.

Source: Prometheus, ``promql/parser/generated_parser.y`` and ``lex.go``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

from msgspec import Struct

from gonogo.model.promql_features import QUOTED_NAME, Feature
from gonogo.promql.lexer import BLANK, STRING_FORM
from gonogo.promql.literals import name_features, string
from gonogo.promql.re2_syntax import judge
from gonogo.promql.refusal import Refusal, placed
from gonogo.promql.tree import NAME_LABEL, Matcher

_TOKEN = re.compile(
    rf"""{BLANK}*+ (?: (?P<name> [^\W\d][\w.]*+ ) | (?P<string> {STRING_FORM} ) | (?P<sign> =~ | != | !~ | . ) )""",
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = frozenset({"=", "!=", "=~", "!~"})


class Selection(Struct, frozen=True):
    """The matchers in a pair of braces.

    Attributes:
        metric: the metric's name, if exactly one matcher asks for one name.
        matchers: all other matchers, sorted and without repeats.
        names: true if a matcher is about the metric's name.
        needs: the features that a version must have to read the matchers.
    """

    metric: str | None
    matchers: tuple[Matcher, ...]
    names: bool
    needs: tuple[Feature, ...]


@lru_cache(maxsize=8192)
def selection(text: str) -> Selection:
    """Read the matchers in a text that begins and ends with a brace.

    Raises:
        Refusal: the text is not a list of matchers, or a regular expression is not valid.
    """
    reader = _Reader(text)
    found: set[Matcher] = set()
    needs: set[Feature] = set()
    while reader.word != "}":
        found.add(reader.matcher(needs))
        if reader.word == ",":
            reader.advance()
        elif reader.word != "}":
            reader.expected("',' or '}'")
    return _selection(found, tuple(needs))


def _selection(found: set[Matcher], needs: tuple[Feature, ...]) -> Selection:
    about_name = [matcher for matcher in found if matcher.label == NAME_LABEL]
    exact = [matcher for matcher in about_name if matcher.op == "=" and matcher.value]
    metric = exact[0].value if len(exact) == 1 else None
    if metric is not None:
        found.discard(exact[0])
    return Selection(metric, tuple(sorted(found)), bool(about_name), needs)


class _Reader:
    """A reader of the tokens between two braces."""

    __slots__ = ("_text", "_tokens", "end", "kind", "start", "word")

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.finditer(text, 1)
        self.advance()

    def advance(self) -> None:
        """Go to the next token. The closing brace is the last token."""
        found = next(self._tokens)
        self.kind = found.lastgroup or ""
        self.word, self.start, self.end = found[self.kind], found.start(self.kind), found.end()

    def expected(self, what: str) -> NoReturn:
        """Refuse the token, because another token is expected here."""
        raise Refusal(f"expected {what}, found {self.word!r}", self.start, self.end)

    def matcher(self, needs: set[Feature]) -> Matcher:
        """Read one matcher. A string alone is the metric's name."""
        word, kind, start = self.word, self.kind, self.start
        if kind == "string":
            needs.add(QUOTED_NAME)
            name = self._value()
            if self.word in {",", "}"}:
                return Matcher(NAME_LABEL, "=", name)
        elif kind == "name":
            name = word
            needs.update(placed(name_features, word, start))
            self.advance()
        else:
            self.expected("a label name or '}'")
        operator = self.word
        if operator not in _OPERATORS:
            self.expected("one of = != =~ !~")
        self.advance()
        if self.kind != "string":
            self.expected("a string in quotes")
        start, end = self.start, self.end
        value = self._value()
        if operator in {"=~", "!~"} and (wrong := judge(value).fault):
            raise Refusal(f"{value!r} is not a regular expression: {wrong}", start, end)
        return Matcher(name, operator, value)

    def _value(self) -> str:
        value = placed(string, self.word, self.start)
        self.advance()
        return value
