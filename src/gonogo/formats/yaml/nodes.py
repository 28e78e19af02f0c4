"""Values with their places in the text. Lines and columns count from 1."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ScalarNode:
    """A scalar: its value, its text, and its style (``'``, ``"``, ``|``, ``>``, or an empty text without quotes)."""

    value: object
    line: int
    column: int
    text: str = ""
    style: str = ""


@dataclass(slots=True)
class Branch:
    """A list or a mapping with its depth and its number of values. An alias counts each time that it is used."""

    line: int
    column: int
    anchor: str | None
    height: int = 1
    size: int = 1


@dataclass(slots=True)
class ListNode(Branch):
    """A list."""

    value: list[object] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class MappingNode(Branch):
    """A mapping. ``keys`` has the place of each key. ``awaited`` is the key whose value comes next."""

    value: dict[str, object] = field(default_factory=dict)
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, ScalarNode] = field(default_factory=dict)
    awaited: ScalarNode | None = None


Node = ScalarNode | ListNode | MappingNode


def part(node: Node, step: str | int) -> Node | None:
    """Return the value in ``node`` under a key or at an index, or ``None``."""
    if isinstance(node, MappingNode):
        return node.items.get(str(step))
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None
