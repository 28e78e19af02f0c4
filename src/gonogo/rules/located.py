"""Where the parts of an expression stand in the file it was written in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gonogo.errors import Position
from gonogo.rules.files import Loc
from gonogo.rules.tokens import Kind, Piece, pieces, tokens
from gonogo.rules.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Number,
    Range,
    Subquery,
    Text,
    Vector,
    children,
)
from gonogo.strict_yaml import YamlDocument

_KINDS: Mapping[type, Kind] = {
    Vector: Kind.SELECTOR,
    Call: Kind.CALL,
    Aggregation: Kind.CALL,
    Number: Kind.NUMBER,
    Text: Kind.STRING,
    Range: Kind.BRACKETS,
    Subquery: Kind.BRACKETS,
    Binary: Kind.OPERATOR,
    Negation: Kind.MINUS,
}


@dataclass(frozen=True)
class Located:
    """An expression's text, and where its characters and the nodes of its tree stand.

    Attributes:
        document: the YAML it stands in.
        loc: the path to it there.
        text: the expression as Prometheus reads it, without blanks around it.
        tree: what ``parse`` made of it; ``None`` where it cannot be read.
    """

    document: YamlDocument
    loc: Loc
    text: str
    tree: Expression | None

    def position(self, offset: int) -> Position:
        """Tell where a character of the expression stands in the file; offsets count from 0.

        The length of the text is its end. Where the text stands elsewhere in the file
        (an alias), and beyond its ends, it is where the expression begins or ends.
        """
        places = self._places
        return places[min(max(offset, 0), len(places) - 1)]

    def extent(self, start: int, end: int) -> tuple[Position, int]:
        """Tell where some characters stand, and how many columns they take of the first line."""
        first = self.position(start)
        on_line = bisect_left(range(start, end), True, key=lambda at: self.position(at).line > first.line)
        shown = self.text[start : start + on_line].rstrip()
        return first, max(1, self._column_after(start + len(shown)) - first.column)

    def span(self, node: Expression | None) -> tuple[Position, int]:
        """Tell where a node begins, and how many characters of that line are its.

        An operation is its operator, a call and an aggregation its name, a selector its
        name and braces, a range selector all up to its bracket, a subquery its brackets.
        Without a node, or where the text does not show it, it is the whole expression.
        """
        return self.extent(*self._extents.get(id(node)) or self._whole)

    @cached_property
    def _whole(self) -> tuple[int, int]:
        """From where up to where the expression reaches, without a comment above it."""
        first = next(iter(tokens(self.text)), None)
        return (first.start if first else 0), len(self.text)

    @cached_property
    def _places(self) -> tuple[Position, ...]:
        found = self.document.character_positions(self.loc)
        whole = self.document.text(self.loc) or ""
        blank = len(whole) - len(whole.lstrip())
        return found[blank : blank + len(self.text) + 1] or (self.document.text_position(self.loc),)

    def _column_after(self, end: int) -> int:
        """Give the column behind the character before ``end``: the next may stand on another line."""
        last, after = self.position(end - 1), self.position(end)
        return after.column if after.line == last.line else last.column + 1

    @cached_property
    def _extents(self) -> Mapping[int, tuple[int, int]]:
        return {} if self.tree is None else extents(self.tree, self.text)


def located(document: YamlDocument, loc: Loc, text: str, tree: Expression | None) -> Located:
    """Locate an expression that stands at ``loc``; ``tree`` is what ``parse`` made of it."""
    return Located(document, loc, text, tree)


def extents(tree: Expression, text: str) -> Mapping[int, tuple[int, int]]:
    """Tell from where up to where each node of a tree stands in its text, by the node's ``id()``.

    Nothing is told where the text's pieces are not one by one the tree's nodes.
    """
    found: dict[int, tuple[int, int]] = {}
    left = iter(pieces(text))
    for node in _as_written(tree):
        piece = begin = next(left, None)
        while isinstance(node, Number) and piece is not None and piece.kind is Kind.MINUS:
            piece = next(left, None)
        if piece is None or begin is None or not _fits(node, piece, text):
            return {}
        found[id(node)] = begin.start, piece.end
        if isinstance(node, Range):
            found[id(node)] = found[id(node.vector)][0], piece.end
    return found if next(left, None) is None else {}


def _fits(node: Expression, piece: Piece, text: str) -> bool:
    if _KINDS[type(node)] is not piece.kind:
        return False
    written = text[piece.start : piece.end]
    match node:
        case Vector(metric=metric):
            return written.startswith(("{", metric or "{"))
        case Call(function=word) | Aggregation(operator=word) | Binary(operator=word):
            return written.lower() == word
        case _:
            return True


def _as_written(root: Expression) -> Iterator[Expression]:
    """Visit every node in the order of what stands for it in the text."""
    waiting: list[tuple[Expression, bool]] = [(root, False)]
    while waiting:
        node, opened = waiting.pop()
        if opened:
            yield node
            continue
        parts = [(part, False) for part in children(node)]
        behind = 1 if isinstance(node, Binary | Range | Subquery) else 0
        parts.insert(behind, (node, True))
        waiting.extend(reversed(parts))
