"""Example labels of a series that a selector finds, for a unit test.

The example for a regular expression is its first branch, with the first character of each class and the fewest
repetitions. Each example is checked against the matchers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gonogo.rulepack.selector import CounterMatcher, CounterSelector

_PLAIN = ("", "a", "0", "other", "-")
"""The example values for a label with only negative matchers."""

_PIECE = re.compile(
    r"""(?P<sign> \((?:\?:)? | [)|] )
      | (?: \[ (?P<negated> \^? ) (?P<first> \\?. ) (?: \\. | [^\]\\] )* \] | (?P<one> \\?. ) )
        (?: (?P<least> [*?] | \{ (?P<count> [0-9]+ ) (?: , [0-9]* )? \} | \+ ) \?? )?""",
    re.VERBOSE | re.DOTALL,
)
_EXAMPLES = {r"\d": "0", r"\w": "a", r"\D": "a", r"\W": "-", ".": "0", "^": "", "$": ""}


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
    candidates += [_example(m.value) for m in matchers if m.op == "=~"]
    for candidate in (*candidates, *_PLAIN):
        if all(matcher.accepts(candidate) for matcher in matchers):
            return candidate
    asked = ", ".join(map(str, matchers))
    raise ValueError(
        f"no example for the label {label} satisfies {asked}; match a plain value, so that the rule can be tested"
    )


def _example(pattern: str) -> str:
    """Return a text that probably matches a pattern. All branches but the first of each group are passed over."""
    written, depth = "", 0
    passed: int | None = None
    for piece in _PIECE.finditer(pattern):
        sign = piece["sign"]
        if sign == "|":
            passed = depth if passed is None else passed
        elif sign == ")":
            depth -= 1
            passed = passed if passed is not None and passed <= depth else None
        elif sign:
            depth += 1
        elif passed is None:
            written += _atom(piece) * _least(piece)
    return written


def _atom(piece: re.Match[str]) -> str:
    if piece["one"]:
        return _EXAMPLES.get(piece["one"], piece["one"][-1])
    first = _EXAMPLES.get(piece["first"], piece["first"][-1]) if piece["first"][0] == "\\" else piece["first"]
    return next(c for c in "a0-_Z" if c != first) if piece["negated"] else first


def _least(piece: re.Match[str]) -> int:
    if piece["count"]:
        return int(piece["count"])
    return 0 if piece["least"] in {"*", "?"} else 1
