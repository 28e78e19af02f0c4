"""Turns the parser's events into nodes without recursion, so that no text can exhaust the stack."""

from __future__ import annotations

from collections.abc import Callable

from yaml import events

from gonogo.errors import Position, Problem
from gonogo.formats.yaml.nodes import ListNode, MappingNode, Node, ScalarNode, plain_scalar, tagged_scalar
from gonogo.model.replacing import replace

DEEPEST = 100
"""The deepest nesting of lists and mappings."""
MOST_VALUES = 500_000
"""The largest number of values and keys in a text; 20,000 alerts have as many."""
LARGEST_EXPANSION = 10_000
"""The largest number of values that all aliases of a document may stand for together."""

_COLLECTION_TAGS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_MERGE = "<<"


class TooMuch(Exception):
    """Nesting or expansion beyond the bounds, which no honest file reaches. Reading stops."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Builder:
    """A collector of the documents of a file and of its problems."""

    def __init__(self, path: str, most_values: int) -> None:
        self.roots: list[Node] = []
        self.problems: list[Problem] = []
        self._path = path
        self._most_values = most_values
        self._open: list[ListNode | MappingNode] = []
        self._anchors: dict[str, Node] = {}
        self._expanded = 0
        self._values = 0
        self._take: dict[type[events.Event], Callable[..., None]] = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._mapping,
            events.SequenceStartEvent: self._sequence,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }

    def take(self, event: events.Event) -> None:
        """Use one event. Events of the stream itself are ignored.

        Raises:
            TooMuch: the text nests or expands beyond the bounds.
        """
        if (take := self._take.get(type(event))) is not None:
            take(event)

    def close(self) -> None:
        """End the open lists and mappings after reading stopped. An unfinished part is not another mistake."""
        found = len(self.problems)
        while self._open:
            self._end()
        del self.problems[found:]

    def _document(self, _: events.DocumentStartEvent) -> None:
        self._anchors = {}
        self._expanded = 0

    def _scalar(self, event: events.ScalarEvent) -> None:
        text = event.value
        leaf = ScalarNode(text, *_place(event), text, event.style or "")
        if event.implicit[0]:
            leaf.value = plain_scalar(text)
        elif not event.implicit[1]:
            try:
                leaf.value = tagged_scalar(text, event.tag or "!")
            except ValueError as error:
                self._complain(leaf, str(error), "remove the tag")
        if event.anchor:
            self._anchors[event.anchor] = leaf
        self._put(leaf)

    def _mapping(self, event: events.MappingStartEvent) -> None:
        self._begin(MappingNode(*_place(event), event.anchor), event.tag)

    def _sequence(self, event: events.SequenceStartEvent) -> None:
        self._begin(ListNode(*_place(event), event.anchor), event.tag)

    def _begin(self, node: ListNode | MappingNode, tag: str | None) -> None:
        if len(self._open) >= DEEPEST:
            raise self._too_much(node, f"more than {DEEPEST} lists and mappings are nested here", "flatten them")
        if tag not in _COLLECTION_TAGS:
            self._complain(node, f"the tag {tag!r} means nothing here", "remove the tag")
        self._open.append(node)

    def _end(self, _: events.Event | None = None) -> None:
        node = self._open.pop()
        if isinstance(node, MappingNode) and (key := node.keys.get(_MERGE)) is not None and not key.style:
            self._merge(node)
        if node.anchor:
            self._anchors[node.anchor] = node
        self._put(node)

    def _alias(self, event: events.AliasEvent) -> None:
        here = ScalarNode(None, *_place(event))
        node = self._anchors.get(event.anchor or "")
        if node is None:
            self._complain(here, f"the alias *{event.anchor} has no anchor before it", "write the value out")
            node = here
        self._expanded += node.size
        if self._expanded > LARGEST_EXPANSION or len(self._open) + node.height > DEEPEST:
            raise self._too_much(here, "the aliases of this document expand to too much", "write the values out")
        self._put(replace(node, line=here.line, column=here.column))

    def _put(self, node: Node) -> None:
        """Put a finished value into its list or mapping."""
        self._values += 1
        if self._values == self._most_values:
            raise self._too_much(node, f"this file has more than {self._most_values:,} values", "split the file")
        if not self._open:
            self.roots.append(node)
            return
        parent = self._open[-1]
        parent.size += node.size
        if node.height >= parent.height:
            parent.height = node.height + 1
        if isinstance(parent, ListNode):
            parent.items.append(node)
            parent.value.append(node.value)
        elif parent.awaited is not None:
            self._entry(parent, parent.awaited, node)
        else:
            parent.awaited = node if isinstance(node, ScalarNode) else self._no_key(node)

    def _no_key(self, node: Node) -> ScalarNode:
        self._complain(node, "a key must be text", "quote it")
        return ScalarNode(None, node.line, node.column, f"{{line {node.line}, column {node.column}}}")

    def _entry(self, mapping: MappingNode, key: ScalarNode, node: Node) -> None:
        mapping.awaited = None
        name = key.text
        if (first := mapping.keys.setdefault(name, key)) is not key:
            self._complain(key, f"the key {name!r} is here again, first in line {first.line}", "keep one of them")
            return
        mapping.items[name] = node
        mapping.value[name] = node.value

    def _merge(self, mapping: MappingNode) -> None:
        """Add the keys that ``<<`` names, except the keys that the mapping has itself."""
        key = mapping.keys.pop(_MERGE)
        merged = mapping.items.pop(_MERGE)
        del mapping.value[_MERGE]
        for source in merged.items if isinstance(merged, ListNode) else [merged]:
            if not isinstance(source, MappingNode):
                self._complain(key, "<< takes a mapping or a list of mappings", "write the keys out")
                continue
            for name in source.items.keys() - mapping.items.keys():
                mapping.keys[name] = source.keys[name]
                mapping.items[name] = source.items[name]
                mapping.value[name] = source.value[name]

    def _complain(self, node: Node, message: str, next_step: str) -> None:
        self.problems.append(Problem(Position(self._path, node.line, node.column), message, next_step))

    def _too_much(self, node: Node, message: str, next_step: str) -> TooMuch:
        return TooMuch(Problem(Position(self._path, node.line, node.column), message, next_step))


def _place(event: events.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
