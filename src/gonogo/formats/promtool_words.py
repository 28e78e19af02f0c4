"""Reads the output of ``promtool check``: the files that promtool accepts, and its reasons against the others.

The output is the same from 2.42 to 3.x: ``Checking FILE``, then ``SUCCESS:`` or ``FAILED:`` and the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_CHECKING = "Checking "
_CRASHES = ("fatal error: ", "panic: ")
_REASON = re.compile(r'(?:(\d+):(\d+): )?(?:group "(.*?)", rule (\d+), "(.*?)": )?(.*)', re.DOTALL)
_IN_EXPRESSION = re.compile(r"could not parse expression: (\d+):(\d+): (?:parse error: )?")
_YAML_LINE = re.compile(r"\s*(?:yaml: )?line (\d+): ")
_UNMARSHAL = "yaml: unmarshal errors:"


class PromtoolReason(Struct, frozen=True):
    """A reason of promtool against a file.

    Attributes:
        message: promtool's words, without the place.
        line: the line of the file; 0 if promtool names no line.
        column: the column of that line; 0 if promtool names no column.
        group: the group's name, if the reason is about a rule.
        rule: the rule's place in the group, from 1; 0 if the reason is not about a rule.
        name: the alert or the recorded metric.
        within: line and column within the rule's expression, from 1.
    """

    message: str
    line: int = 0
    column: int = 0
    group: str = ""
    rule: int = 0
    name: str = ""
    within: tuple[int, int] | None = None


class Word(Struct, frozen=True):
    """The result of promtool's check of one file. ``path`` is the file's name in promtool's output."""

    path: str
    accepted: bool
    reasons: tuple[PromtoolReason, ...] = ()


def words(output: str) -> tuple[Word, ...]:
    """Read the output of ``check rules`` or ``check config``. Text before the first file belongs to no file."""
    return tuple(_word(path, lines) for path, lines in _blocks(output))


def last_words(output: str) -> str:
    """Return the line with the cause if promtool failed before it checked a file. This is mostly the last line.

    If a Go program crashes, the cause is above the stacks of all its threads.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if crash := next((line for line in lines if line.startswith(_CRASHES)), ""):
        return crash
    return lines[-1].removeprefix("promtool: error: ") if lines else "the program printed no output"


def _blocks(output: str) -> Iterator[tuple[str, list[str]]]:
    path: str | None = None
    lines: list[str] = []
    for line in output.splitlines():
        if line.startswith(_CHECKING):
            if path is not None:
                yield path, lines
            path, lines = line.removeprefix(_CHECKING), []
        else:
            lines.append(line)
    if path is not None:
        yield path, lines


def _word(path: str, block: list[str]) -> Word:
    lines = [line for line in block if line.strip()]
    failed = next((place for place, line in enumerate(lines) if line.lstrip().startswith("FAILED:")), None)
    if failed is None:
        return Word(path, any(line.lstrip().startswith("SUCCESS:") for line in lines))
    first = lines[failed].strip().removeprefix("FAILED:").strip()
    return Word(path, False, tuple(_reasons(path, [*([first] if first else []), *lines[failed + 1 :]])))


def _reasons(path: str, lines: list[str]) -> Iterator[PromtoolReason]:
    messages: list[str] = []
    for line in lines:
        text = line.strip()
        text = text.removeprefix(f"parsing YAML file {path}: ")
        if text.startswith(f"{path}: ") or not messages:
            messages.append(text.removeprefix(f"{path}: "))
        else:
            messages[-1] += f"\n{text}"
    for message in messages:
        yield from _split(message)


def _split(message: str) -> Iterator[PromtoolReason]:
    """Yield one reason for a message, or one reason for each line in a message of the YAML reader."""
    _, unmarshal, lines = message.partition(_UNMARSHAL)
    if unmarshal:
        yield from (_of_line(line) for line in lines.strip().splitlines())
    elif _YAML_LINE.match(message):
        yield _of_line(message)
    else:
        yield _of_rule(message)


def _of_line(text: str) -> PromtoolReason:
    found = _YAML_LINE.match(text)
    return PromtoolReason(text[found.end() :], int(found[1])) if found else PromtoolReason(text.strip())


def _of_rule(text: str) -> PromtoolReason:
    found = _REASON.fullmatch(text)
    assert found is not None  # noqa: S101 - every part of the pattern may be empty
    line, column, group, rule, name, message = (part or "" for part in found.groups())
    within = _IN_EXPRESSION.match(message)
    return PromtoolReason(
        message[within.end() :] if within else message,
        int(line or 0),
        int(column or 0),
        group,
        int(rule or 0),
        name,
        (int(within[1]), int(within[2])) if within else None,
    )
