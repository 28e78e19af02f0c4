"""What ``promtool check`` writes, taken apart: which files it accepts, and what it says against the others.

Its output is the same from 2.42 to 3.x: ``Checking FILE``, then ``SUCCESS:`` or ``FAILED:`` and the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CHECKING = "Checking "
_CRASHES = ("fatal error: ", "panic: ")
_REASON = re.compile(r'(?:(\d+):(\d+): )?(?:group "(.*?)", rule (\d+), "(.*?)": )?(.*)', re.DOTALL)
_IN_EXPRESSION = re.compile(r"could not parse expression: (\d+):(\d+): (?:parse error: )?")
_YAML_LINE = re.compile(r"\s*(?:yaml: )?line (\d+): ")
_UNMARSHAL = "yaml: unmarshal errors:"


@dataclass(frozen=True, slots=True)
class PromtoolReason:
    """One thing that promtool says against a file.

    Attributes:
        message: in its words, without the place.
        line: of the file; 0 where it names none.
        column: of that line; 0 where it names none.
        group: the group's name, where a rule is to blame.
        rule: the rule's place in the group, from 1; 0 where no rule is to blame.
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


@dataclass(frozen=True, slots=True)
class Word:
    """What promtool says of one file, under the name it calls it by."""

    path: str
    accepted: bool
    reasons: tuple[PromtoolReason, ...] = ()


def words(output: str) -> tuple[Word, ...]:
    """Take apart what ``check rules`` or ``check config`` wrote; text before the first file is nobody's."""
    return tuple(_word(path, said) for path, said in _blocks(output))


def last_words(output: str) -> str:
    """Give the line that says what promtool dies of, where it checked nothing: mostly the last.

    When a program of Go crashes, the cause stands above the stacks of all its threads.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if crash := next((line for line in lines if line.startswith(_CRASHES)), ""):
        return crash
    return lines[-1].removeprefix("promtool: error: ") if lines else "it said nothing"


def _blocks(output: str) -> Iterator[tuple[str, list[str]]]:
    path: str | None = None
    said: list[str] = []
    for line in output.splitlines():
        if line.startswith(_CHECKING):
            if path is not None:
                yield path, said
            path, said = line.removeprefix(_CHECKING), []
        else:
            said.append(line)
    if path is not None:
        yield path, said


def _word(path: str, said: list[str]) -> Word:
    told = [line for line in said if line.strip()]
    failed = next((place for place, line in enumerate(told) if line.lstrip().startswith("FAILED:")), None)
    if failed is None:
        return Word(path, any(line.lstrip().startswith("SUCCESS:") for line in told))
    first = told[failed].strip().removeprefix("FAILED:").strip()
    return Word(path, False, tuple(_reasons(path, [*([first] if first else []), *told[failed + 1 :]])))


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
    """Make one reason of a message, or one of each line that the YAML reader complains of."""
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
