"""Example labels of a series that a selector finds, for a unit test.

The example for a regular expression is its first branch, with the first character of each class and the fewest
repetitions. Each example is checked against the matchers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gonogo.rulepack.selector import CounterMatcher, CounterSelector

_CLASSES = {"d": "0", "w": "a", "D": "a", "W": "-"}
_PLAIN = ("", "a", "0", "other", "-")
"""The example values for a label with only negative matchers."""


def witness(selector: CounterSelector, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a series that the selector finds. The wanted labels apply where the selector permits them.

    Raises:
        ValueError: there is no example for a label.
    """
    asked: dict[str, list[CounterMatcher]] = {}
    for matcher in selector.matchers:
        asked.setdefault(matcher.label, []).append(matcher)
    found = {label: _value(label, matchers, wanted.get(label, "")) for label, matchers in asked.items()}
    return {label: text for label, text in {**wanted, **found}.items() if text}


def _value(label: str, matchers: list[CounterMatcher], wanted: str) -> str:
    candidates = [wanted, *(m.value for m in matchers if m.op == "=")]
    candidates += [_Example(m.value).text() for m in matchers if m.op == "=~"]
    for candidate in (*candidates, *_PLAIN):
        if all(matcher.accepts(candidate) for matcher in matchers):
            return candidate
    asked = ", ".join(map(str, matchers))
    raise ValueError(
        f"no example for the label {label} satisfies {asked}; match a plain value, so that the rule can be tested"
    )


class _Example:
    """A reader that goes through a regular expression from left to right and writes a text that matches."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    def text(self) -> str:
        """Return an example of the whole pattern."""
        first = self._branch()
        while self._take("|"):
            self._branch()
        return first

    def _branch(self) -> str:
        written = ""
        while self._place < len(self._pattern) and self._pattern[self._place] not in "|)":
            written += self._repeated(self._atom())
        return written

    def _atom(self) -> str:
        character = self._next()
        match character:
            case "(":
                if self._take("?"):
                    self._take(":")
                inner = self.text()
                self._take(")")
                return inner
            case "[":
                return self._class()
            case "\\":
                escaped = self._next()
                return _CLASSES.get(escaped, escaped)
            case ".":
                return "0"
            case "^" | "$":
                return ""
        return character

    def _repeated(self, atom: str) -> str:
        rest = self._pattern[self._place :]
        if match := re.match(r"\{([0-9]+)(?:,[0-9]*)?\}\??", rest):
            self._place += match.end()
            return atom * int(match[1])
        if match := re.match(r"[*?]\??", rest):
            self._place += match.end()
            return ""
        if match := re.match(r"\+\??", rest):
            self._place += match.end()
        return atom

    def _class(self) -> str:
        negated = self._take("^")
        first = self._next()
        if first == "\\":
            escaped = self._next()
            first = _CLASSES.get(escaped, escaped)
        while self._place < len(self._pattern) and self._next() != "]":
            pass
        return next(c for c in "a0-_Z" if c != first) if negated else first

    def _take(self, character: str) -> bool:
        taken = self._pattern.startswith(character, self._place)
        self._place += taken
        return taken

    def _next(self) -> str:
        character = self._pattern[self._place : self._place + 1]
        self._place += 1
        return character
