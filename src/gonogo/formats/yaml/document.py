"""Reads YAML text into documents that know the place of every value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from gonogo.errors import Position, Problem
from gonogo.formats.yaml.builder import MOST_VALUES, Builder, TooMuch
from gonogo.formats.yaml.characters import Place, beginning, lines_of, places
from gonogo.formats.yaml.nodes import Loc, MappingNode, Node, ScalarNode, part
from gonogo.model.finding import Span


def _nothing() -> Node:
    return ScalarNode(None, 1, 1)


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML document: its value, its problems, and the places of its parts.

    ``value`` consists of dict, list, str, int, float, bool and ``None``. It is ``None``
    for an empty document and for text that could not be read at all. ``complete`` is true if
    the file was read to its end. A ``loc`` is a path of keys and indexes, as in pydantic.
    """

    value: object
    problems: tuple[Problem, ...]
    path: str
    complete: bool = True
    _root: Node = field(default_factory=_nothing, repr=False, compare=False)
    _lines: Sequence[str] = field(default=(), repr=False, compare=False)

    def at(self, loc: Sequence[str | int]) -> object:
        """Return the value at ``loc``, or ``None``."""
        node = self._found(loc)
        return None if node is None else node.value

    def position(self, loc: Sequence[str | int]) -> Position:
        """Return the place where the value at ``loc`` begins; for a missing value, the place of its nearest parent."""
        *_, node = self._walk(loc)
        return Position(self.path, node.line, node.column)

    def key_position(self, loc: Sequence[str | int]) -> Position:
        """Return the place of the last key of ``loc``; for an item of a list, the place where the item begins."""
        nodes = list(self._walk(loc))
        node = nodes[-1]
        if loc and len(nodes) == len(loc) + 1 and isinstance(nodes[-2], MappingNode):
            node = nodes[-2].keys[str(loc[-1])]
        return Position(self.path, node.line, node.column)

    def text(self, loc: Sequence[str | int]) -> str | None:
        """Return the scalar at ``loc`` as it was written, without quotes (``1.10`` stays ``1.10``)."""
        node = self._found(loc)
        return node.text if isinstance(node, ScalarNode) else None

    def items(self, loc: Loc) -> Iterator[Loc]:
        """Yield the place of each item of the list at ``loc``; nothing if no list is there."""
        value = self.at(loc)
        if isinstance(value, list):
            yield from ((*loc, place) for place in range(len(value)))

    def texts(self, loc: Loc) -> dict[str, str]:
        """Return the scalars in the mapping at ``loc`` as written, null as an empty text; nothing without a mapping."""
        value = self.at(loc)
        if not isinstance(value, dict):
            return {}
        return {key: "" if one is None else self.text((*loc, key)) or "" for key, one in value.items()}

    def text_position(self, loc: Sequence[str | int]) -> Position:
        """Return the place where a scalar's own text begins: after its quote, or on the first line of its block."""
        *_, node = self._walk(loc)
        return Position(self.path, *self._beginning(node))

    def text_span(self, loc: Sequence[str | int]) -> Span:
        """Return the place of the first line of a scalar's own text."""
        return Span(self.text_position(loc), len((self.text(loc) or "").partition("\n")[0]) or 1)

    def character_positions(self, loc: Sequence[str | int]) -> tuple[Position, ...]:
        """Return the place of each character of the scalar at ``loc``, and the place of its end.

        The result is empty for an alias, because its text is at another place.
        """
        *_, node = self._walk(loc)
        if not isinstance(node, ScalarNode) or (begin := beginning(self._lines, _place(node), node.style)) is None:
            return ()
        found = places(self._lines, begin, node.style, node.text)
        return tuple(Position(self.path, *place) for place in found or ())

    def _beginning(self, node: Node) -> Place:
        """Return the place where the text of a scalar begins, or where another node begins."""
        begin = beginning(self._lines, _place(node), node.style) if isinstance(node, ScalarNode) else None
        return _place(node) if begin is None else begin

    def _found(self, loc: Sequence[str | int]) -> Node | None:
        node: Node | None = self._root
        for step in loc:
            if node is None:
                break
            node = part(node, step)
        return node

    def _walk(self, loc: Sequence[str | int]) -> Iterator[Node]:
        node: Node | None = self._root
        yield self._root
        for step in loc:
            if node is not None and (node := part(node, step)) is not None:
                yield node


def _place(node: Node) -> Place:
    return node.line, node.column


def parse(text: str, path: str, most_values: int = MOST_VALUES) -> YamlDocument:
    """Read a file of one document. A second document is a problem, and so are too many values."""
    roots, problems, complete = _read(text, path, most_values)
    for extra in roots[1:]:
        where = Position(path, extra.line, extra.column)
        problems.append(Problem(where, "a second document begins here", "keep one document in the file"))
    root = roots[0] if roots else _nothing()
    return YamlDocument(root.value, tuple(problems), path, complete, root, lines_of(text))


def parse_documents(text: str, path: str) -> tuple[YamlDocument, ...]:
    """Read a file of any number of documents. The last document has the problems of the file."""
    roots, problems, complete = _read(text, path)
    if not roots and not problems:
        return ()
    *earlier, last = roots or [_nothing()]
    lines = lines_of(text)
    return (
        *(YamlDocument(root.value, (), path, True, root, lines) for root in earlier),
        YamlDocument(last.value, tuple(problems), path, complete, last, lines),
    )


def _read(text: str, path: str, most_values: int = MOST_VALUES) -> tuple[list[Node], list[Problem], bool]:
    builder = Builder(path, most_values)
    stopped: Problem | None = None
    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            builder.take(event)
    except TooMuch as error:
        stopped = error.problem
    except (MarkedYAMLError, ReaderError, UnicodeEncodeError) as error:
        stopped = _syntax(error, text, path)
    builder.close()
    return builder.roots, [*builder.problems, *([stopped] if stopped else [])], stopped is None


def _syntax(error: MarkedYAMLError | ReaderError | UnicodeEncodeError, text: str, path: str) -> Problem:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = _inside(text, mark.line + 1, mark.column + 1) if mark else (1, 1)
        why = ", ".join(part for part in (error.context, error.problem) if part)
    elif isinstance(error, ReaderError):
        line, column = _line_and_column(text.encode(errors="replace")[: error.position].decode(errors="replace"))
        why = error.reason
    else:
        line, column = _line_and_column(text[: error.start])
        why = "half of a character"
    return Problem(Position(path, line, column), f"this is not YAML: {why}", "fix it; the text after it was not read")


def _inside(text: str, line: int, column: int) -> Place:
    """Return a place inside of the text: the parser's place for the end of the text may be one line too far."""
    lines = lines_of(text)
    return (line, column) if line <= len(lines) else (len(lines), len(lines[-1]) + 1)


def _line_and_column(before: str) -> Place:
    lines = lines_of(before)
    return len(lines), len(lines[-1]) + 1
