"""The places of an expression's parts in its file."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from gonogo.errors import Position
from gonogo.formats.yaml import Loc, YamlDocument
from gonogo.promql.parser import first_character
from gonogo.promql.tree import Expression


@dataclass(frozen=True)
class Located:
    """An expression's text, and the places of its characters in a file.

    Attributes:
        document: the YAML document with the expression.
        loc: the path to the expression in the document.
        text: the expression as Prometheus reads it, without blanks around it.
    """

    document: YamlDocument
    loc: Loc
    text: str

    def position(self, offset: int) -> Position:
        """Return the place of a character in the file. Offsets count from 0.

        The length of the text is the offset of its end. For an offset outside of the text, or a
        text that is an alias, the result is the place where the expression begins or ends.
        """
        places = self._places
        return places[min(max(offset, 0), len(places) - 1)]

    def extent(self, start: int, end: int) -> tuple[Position, int]:
        """Return the place of the first character of a part, and the number of columns of the part on that line."""
        first = self.position(start)
        on_line = bisect_left(range(start, end), True, key=lambda at: self.position(at).line > first.line)
        shown = self.text[start : start + on_line].rstrip()
        return first, max(1, self._column_after(start + len(shown)) - first.column)

    def span(self, node: Expression | None) -> tuple[Position, int]:
        """Return the place where a node begins, and the number of its columns on that line.

        Without a node, or for a node that was never text, the result is that of the whole expression, without a
        comment above it.
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
        """Return the column after the last character before ``end``: the next character may be on another line."""
        last, after = self.position(end - 1), self.position(end)
        return after.column if after.line == last.line else last.column + 1
