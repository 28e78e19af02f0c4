"""Finds the lines of a configuration that a comment is about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gonogo.formats.yaml.characters import Place, lines_of
from gonogo.formats.yaml.layout import Comment, layout


@dataclass(frozen=True, slots=True)
class LineBlock:
    """A block of lines, the last one included."""

    first: int
    last: int

    def holds(self, line: int) -> bool:
        """Return whether a line belongs to the block."""
        return self.first <= line <= self.last


@dataclass(frozen=True, slots=True)
class LineRemark:
    """A comment, and the lines that it is about.

    ``heading`` is True if the comment stands above everything else in the file.
    """

    line: int
    column: int
    text: str
    about: tuple[LineBlock, ...]
    heading: bool


def line_remarks(text: str) -> tuple[LineRemark, ...]:
    """Return the comments of a configuration, in order.

    A comment at the end of a line is about that line. A comment on its own line is about the next line or, if a list
    item begins there, about the whole item.
    """
    found = layout(text)
    lines = lines_of(text)
    head = found.begins[0][0] if found.begins else len(lines) + 1
    return tuple(
        LineRemark(one.line, one.column, one.text, _about(one, found.begins, found.last_lines, lines), one.line < head)
        for one in found.comments
    )


def _about(
    comment: Comment, begins: Sequence[Place], last_lines: Mapping[Place, int], lines: Sequence[str]
) -> tuple[LineBlock, ...]:
    if not comment.alone:
        return (LineBlock(comment.line, comment.line),)
    after = bisect_right(begins, (comment.line, comment.column))
    line, column = begins[after] if after < len(begins) else (len(lines) + 1, 1)
    if line > len(lines):  # the comment is the last thing in the file
        return ()
    is_item = lines[line - 1][: column - 1].endswith("- ")
    return (LineBlock(line, last_lines.get((line, column), line) if is_item else line),)
