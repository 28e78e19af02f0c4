"""Reads the layout of a YAML text, which is not in its values: the comments, and the lines on which its parts end.

The parser drops comments, but says where every scalar begins and ends. A number sign
outside of every scalar, after a blank, begins a comment. Source: YAML 1.2.2, section 6.6.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from yaml import events
from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from gonogo.formats.yaml.characters import Place, lines_of

_SIGN = re.compile(r"(?:^|(?<=[ \t]))#")


class Comment(Struct, frozen=True):
    """A comment from its number sign to the end of the line, without blanks around it.

    ``alone`` is true if the line has only dashes of lists before the comment.
    """

    line: int
    column: int
    text: str
    alone: bool


class TextLayout(Struct, frozen=True):
    """The comments of a text and the places where its parts begin and end, up to the first mistake.

    Attributes:
        comments: the comments, in order.
        begins: the places where keys, values and mappings begin, in order. A list begins with its first item.
        last_lines: the last line of each list and mapping, by the place where the list or mapping begins.
    """

    comments: tuple[Comment, ...]
    begins: tuple[Place, ...]
    last_lines: Mapping[Place, int]


class _Extent(Struct, frozen=True):
    """The start and the end of a scalar or an alias. The text of a block begins under its header."""

    start: Place
    end: Place


def layout(text: str) -> TextLayout:
    """Read the layout of a text. The part after a mistake is left out."""
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
