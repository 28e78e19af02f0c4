"""Reads, compares and rewrites the transcripts of ``tests/cases``."""

from __future__ import annotations

import re

ANY, LINES = "[…]", "[…lines…]"
PART = re.compile(r"^-- (.+) --$", re.MULTILINE)

_VARIABLE = re.compile(
    r"(?<=in )\d+(?:\.\d+)?(?= s\b)"  # how long something took
    r"|(?<=\()\d+(?:\.\d+)?(?= s\))"
    r'|(?<=time=")\d+(?:\.\d+)?(?=")'
    r"|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\b"
    r"|(?<=127\.0\.0\.1:)\d{5}\b"
    r"|\b1[5-9]\d{8}(?:\.\d+)?\b"  # a time in Unix seconds
)
"""The parts of an output that no two runs share: durations, times and free ports."""


def parts_of(text: str) -> list[tuple[str, str]]:
    """Split a case into its titled parts, without the opening sentence."""
    found = list(PART.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(match[1], text[match.end() + 1 : end]) for match, end in zip(found, ends, strict=True)]


def matches(expected: str, actual: str) -> bool:
    """Compare two outputs. ``[…]`` matches any text within a line, and ``[…lines…]`` matches lines."""
    return _fits(expected.strip(), actual.strip())


def accepted(expected: str, actual: str) -> str:
    """Write what a command printed as what it is expected to print.

    A line that still fits stays as it is, with its wildcards. In a new line, wildcards stand for what no two runs
    share.
    ``[…lines…]`` stays, and stands for everything before the line that follows it.
    """
    if matches(expected, actual):
        return expected
    old, new = expected.strip().split("\n"), actual.strip().split("\n")
    made: list[str] = []
    while new:
        again = _first(old, new[0])
        if again < len(old):
            made.append(old[again])
            old, new = old[again + 1 :], new[1:]
        elif old and old[0] == LINES:
            made.append(LINES)
            ends = (n for n, line in enumerate(new) if len(old) > 1 and _fits(old[1], line))
            old, new = old[1:], new[next(ends, len(new)) :]
        else:
            made.append(_VARIABLE.sub(ANY, new[0]))
            new = new[1:]
    return "\n".join(made) + "\n"


def _first(old: list[str], line: str) -> int:
    """Return the index of the first expected line that fits a line, or the number of lines if no line fits."""
    return next((n for n, one in enumerate(old) if one != LINES and _fits(one, line)), len(old))


def _fits(expected: str, actual: str) -> bool:
    pattern = re.escape(expected).replace(re.escape(ANY), "[^\n]*")
    return re.fullmatch(pattern.replace(re.escape(LINES), r"[^\n]+(?:\n[^\n]+)*?"), actual) is not None
