"""Why an expression is no PromQL, and which characters of it are to blame.

The parser says what is wrong and never where. The place is that of the smallest part
that is refused in the same words, within it that of the word the message names, or
of the first token that cannot follow what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from gonogo.rules.promql import parse
from gonogo.rules.source_text import Unjudged
from gonogo.rules.tokens import AGGREGATIONS, WORD_OPERATORS, Kind, Stray, Token, pieces, stray, tokens

_NO_WORDS = frozenset({"invalid promql query", "invalid syntax"})
"""What the parser says where a token is misplaced."""

_NEWER = re.compile(r"\[[^\]]*[-+*/%^(][^\]]*\]|\boffset\s*[-+]?\s*\(|\b(?:smoothed|anchored)\b|[0-9]_[0-9]")
"""What came to PromQL after the parser: arithmetic with durations, range modifiers, digits in groups."""

_ALLOWED = frozenset({"no @ modifiers allowed before range"})
"""What the parser refuses and Prometheus takes: ``x @ end() [5m]``, observed with 2.42."""

_NAMED = re.compile(r"'([^']+)'|: '?([^\s:']+)'?$|regex for (.*)$|ParseFloatError\. (\S+)", re.DOTALL)
_SAFE_REGEX = re.compile(r"(?!.*\(\?|.*\[)[^\\]*", re.DOTALL)
_QUOTED = 20
"""How many characters of a misplaced token are quoted."""
_SEARCHED = 20_000
"""How many characters are parsed again, part by part, to find the one to blame."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an expression, from ``start`` up to ``end``."""

    start: int
    end: int
    message: str


def fault(expression: str) -> Fault | None:
    """Tell what makes a text no PromQL; ``None`` where it is, or where only Prometheus itself can say."""
    message = _refusal(expression)
    if message is None or not _certain(message, expression):
        return None
    if len(expression) > _SEARCHED:
        return Fault(0, len(expression), message)
    if message in _NO_WORDS:
        return _misplaced(expression, stray(expression))
    start, end = _narrowest(expression, message)
    within = [token for token in tokens(expression) if start <= token.start and token.end <= end]
    said = "this is no number" if message.startswith("ParseFloatError") else message
    return Fault(*(_to_blame(message, within) or _named(message, within) or (start, end)), said)


def _refusal(expression: str) -> str | None:
    try:
        parse(expression)
    except Unjudged:
        return None
    except ValueError as error:
        return str(error)
    return None


def _certain(message: str, expression: str) -> bool:
    """Tell whether every Prometheus refuses what the parser does."""
    if message.startswith("illegal regex"):
        return _is_no_regex(message)
    return message not in _ALLOWED and not _NEWER.search(expression)


def _is_no_regex(message: str) -> bool:
    """Tell whether RE2 refuses a pattern as well as the parser's own library: only where Python does too."""
    pattern = message.removeprefix("illegal regex for ")
    if not _SAFE_REGEX.fullmatch(pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:
        return True
    return False


def _misplaced(expression: str, found: Stray | None) -> Fault:
    if found is None:
        return Fault(0, len(expression), "this is not put together as PromQL is")
    due = "something to compute with" if found.operand_due else "an operator"
    if found.token is None:
        return Fault(len(expression), len(expression), f"it ends where {due} is due")
    return Fault(found.token.start, found.token.end, f"{due} is due here, not {_short(found.token.text)!r}")


def _short(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _narrowest(expression: str, message: str) -> tuple[int, int]:
    """Find the smallest part that is refused in the same words."""
    searched = 0
    for start, end in sorted(_parts(expression), key=lambda part: part[1] - part[0]):
        searched += end - start
        if searched > _SEARCHED:
            break
        if _refusal(expression[start:end]) == message:
            return start, end
    return 0, len(expression)


def _parts(expression: str) -> Iterator[tuple[int, int]]:
    """List the parts that are expressions themselves: selectors, literals, calls and what is in parentheses."""
    for piece in pieces(expression):
        if piece.kind in {Kind.SELECTOR, Kind.NUMBER, Kind.STRING}:
            yield piece.start, piece.end
    opened: list[tuple[int, int]] = []
    before: Token | None = None
    for token in tokens(expression):
        if token.kind == "open":
            opened.append((token.start, before.start if before is not None and before.kind == "word" else token.start))
        elif token.kind == "close" and opened:
            yield from ((start, token.end) for start in opened.pop())
        before = token


def _to_blame(message: str, within: Sequence[Token]) -> tuple[int, int] | None:
    """Find the token that a message is about without naming it."""
    for beginning, is_to_blame in _BLAMED.items():
        if message.startswith(beginning):
            guilty = (token for place, token in enumerate(within) if is_to_blame(within, place))
            return next(((token.start, token.end) for token in guilty), None)
    return None


def _is_unclosed(within: Sequence[Token], place: int) -> bool:
    token = within[place]
    if token.kind == "open":
        return 0 not in _depths(within[place:])
    closing = {"braces": "}", "brackets": "]", "string": token.text[0]}.get(token.kind)
    return closing is not None and (len(token.text) == 1 or not token.text.endswith(closing))


def _is_unopened(within: Sequence[Token], place: int) -> bool:
    return within[place].kind == "close" and min(_depths(within[: place + 1])) < 0


def _depths(within: Sequence[Token]) -> tuple[int, ...]:
    """Tell after each token how many parentheses are open."""
    return tuple(accumulate({"open": 1, "close": -1}.get(token.kind, 0) for token in within))


def _is_comparison(within: Sequence[Token], place: int) -> bool:
    after = within[place + 1].word if place + 1 < len(within) else ""
    return within[place].text in _COMPARISONS and after != "bool"


def _is_operator(within: Sequence[Token], place: int) -> bool:
    return within[place].kind == "operator" or within[place].word in WORD_OPERATORS


def _is_aggregation(within: Sequence[Token], place: int) -> bool:
    return within[place].word in AGGREGATIONS


def _is_another_offset(within: Sequence[Token], place: int) -> bool:
    return within[place].word == "offset" and any(token.word == "offset" for token in within[:place])


_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_BLAMED: Mapping[str, Callable[[Sequence[Token], int], bool]] = {
    "unclosed left parenthesis": _is_unclosed,
    "unexpected end of input inside": _is_unclosed,
    "unterminated quoted string": _is_unclosed,
    "unexpected right parenthesis": _is_unopened,
    "comparisons between scalars": _is_comparison,
    "binary expression must": _is_operator,
    "expected type vector in aggregation": _is_aggregation,
    "wrong number of arguments for aggregate": _is_aggregation,
    "offset may not": _is_another_offset,
}
"""How a message begins, and which token it is about."""


def _named(message: str, within: Sequence[Token]) -> tuple[int, int] | None:
    """Find the word that the message names, as a token or inside one."""
    found = _NAMED.search(message)
    name = next(filter(None, found.groups()), "") if found else ""
    in_matchers = message.startswith("illegal regex")
    for token in within:
        if name and token.text == name and not in_matchers:
            return token.start, token.end
    for token in within:
        if name and (token.kind == "braces" or not in_matchers) and (at := token.text.find(name)) >= 0:
            return token.start + at, token.start + at + len(name)
    return None
