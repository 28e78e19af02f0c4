"""What the values of a YAML text do not tell: its comments, and the lines on which its parts end.

The parser drops comments, but says where every scalar begins and ends; a number sign
outside of them, after a blank, begins one. Source: YAML 1.2.2, section 6.6.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from yaml import events
from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from gonogo.formats.yaml.characters import Place, lines_of

_SIGN = re.compile(r"(?:^|(?<=[ \t]))#")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from its number sign to the end of the line, blanks around it left out.

    ``alone`` tells whether nothing but dashes of lists stands before it.
    """

    line: int
    column: int
    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Where things begin and end, as far as the text is YAML.

    Attributes:
        comments: all of them, in order.
        begins: where each key, value and mapping begins, in order; a list begins with its first item.
        last_lines: for the place where a list or mapping begins, the last line that has something of it.
    """

    comments: tuple[Comment, ...]
    begins: tuple[Place, ...]
    last_lines: Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class _Extent:
    """From where up to where a scalar or an alias reaches, as the text of a block begins under its header."""

    start: Place
    end: Place


def layout(text: str) -> TextLayout:
    """Read how a text is laid out; what follows a mistake in it is left out."""
    scalars: list[_Extent] = []
    begins: list[Place] = []
    last_lines: dict[Place, int] = {}
    waiting: list[Place] = []
    last = 0
    for event in _events(text):
        start, end = _place(event.start_mark), _place(event.end_mark)
        if isinstance(event, events.ScalarEvent | events.AliasEvent):
            begins.append(start)
            scalars.append(_Extent((start[0] + 1, 1) if _is_block(event) else start, end))
            last = max(last, end[0] - (end[1] == 1 and end > start))
        elif isinstance(event, events.CollectionStartEvent):
            waiting.append(start)
            begins += [start] if isinstance(event, events.MappingStartEvent) else []
            last = max(last, start[0])
        elif isinstance(event, events.CollectionEndEvent):
            last = max(last, end[0]) if end > start else last
            last_lines[waiting.pop()] = last
        elif isinstance(event, events.StreamEndEvent):
            last = end[0]
    return TextLayout(tuple(_comments(lines_of(text)[:last], scalars)), tuple(begins), last_lines)


def _events(text: str) -> Iterator[events.Event]:
    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            yield event
    except (MarkedYAMLError, ReaderError, UnicodeEncodeError):
        return


def _place(mark: object) -> Place:
    return mark.line + 1, mark.column + 1  # type: ignore[attr-defined]  # every event of the parser has both marks


def _is_block(event: events.ScalarEvent | events.AliasEvent) -> bool:
    return isinstance(event, events.ScalarEvent) and event.style in {"|", ">"}


def _comments(lines: Sequence[str], scalars: Sequence[_Extent]) -> Iterator[Comment]:
    starts = [scalar.start for scalar in scalars]
    for number, line in enumerate(lines, 1):
        for sign in _SIGN.finditer(line) if "#" in line else ():
            here = number, sign.start() + 1
            before = bisect_right(starts, here)
            if before == 0 or here >= scalars[before - 1].end:
                yield Comment(*here, line[sign.start() :].rstrip(), not line[: sign.start()].strip(" \t-"))
                break
