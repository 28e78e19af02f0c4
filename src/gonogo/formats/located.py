"""The places of an expression's parts in the file that it is written in."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from gonogo.errors import Position
from gonogo.formats.files import Loc
from gonogo.formats.yaml import YamlDocument
from gonogo.promql.comments import first_character
from gonogo.promql.tree import Expression


@dataclass(frozen=True)
class Located:
    """An expression's text, and the places of its characters in a file.

    Attributes:
        document: the YAML that has it.
        loc: the path to it there.
        text: the expression as Prometheus reads it, without blanks around it.
    """

    document: YamlDocument
    loc: Loc
    text: str

    def position(self, offset: int) -> Position:
        """Return the place of a character in the file; offsets count from 0.

        The length of the text is its end. Where the text is written elsewhere in the file
        (an alias), and beyond its ends, the place is where the expression begins or ends.
        """
        places = self._places
        return places[min(max(offset, 0), len(places) - 1)]

    def extent(self, start: int, end: int) -> tuple[Position, int]:
        """Return the place of the first of some characters, and how many columns they take of its line."""
        first = self.position(start)
        on_line = bisect_left(range(start, end), True, key=lambda at: self.position(at).line > first.line)
        shown = self.text[start : start + on_line].rstrip()
        return first, max(1, self._column_after(start + len(shown)) - first.column)

    def span(self, node: Expression | None) -> tuple[Position, int]:
        """Return where a node begins, and how many characters of that line are its.

        Without a node, or for one that was never text, that is the whole expression, without a comment above it.
        """
        if node is None or node.start < 0:
            return self.extent(first_character(self.text), len(self.text))
        return self.extent(node.start, node.end)

    @cached_property
    def _places(self) -> tuple[Position, ...]:
        found = self.document.character_positions(self.loc)
        whole = self.document.text(self.loc) or ""
        blank = len(whole) - len(whole.lstrip())
        return found[blank : blank + len(self.text) + 1] or (self.document.text_position(self.loc),)

    def _column_after(self, end: int) -> int:
        """Return the column behind the character before ``end``: the next may be on another line."""
        last, after = self.position(end - 1), self.position(end)
        return after.column if after.line == last.line else last.column + 1
