"""Values with their places in the text. Lines and columns count from 1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class ScalarNode:
    """A scalar: its value, its text, and its style (``'``, ``"``, ``|``, ``>``, or an empty text without quotes).

    ``height`` and ``size`` are those of ``Branch``.
    """

    value: object
    line: int
    column: int
    text: str = ""
    style: str = ""
    height: ClassVar[int] = 0
    size: ClassVar[int] = 1


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

Loc = tuple[str | int, ...]
"""The path to a value: keys of mappings and indexes of lists."""


def part(node: Node, step: str | int) -> Node | None:
    """Return the value in ``node`` under a key or at an index, or ``None``."""
    if isinstance(node, MappingNode):
        return node.items.get(str(step))
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


Scalar = str | int | float | bool | None

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_BEGINS = frozenset("+-.0123456789")
_STANDARD = "tag:yaml.org,2002:"
_TAGGED: Mapping[str, type] = {"null": type(None), "bool": bool, "int": int, "float": float}


def plain_scalar(text: str) -> Scalar:
    """Return the value of a scalar without quotes and without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_BEGINS:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _NOT_FINITE.fullmatch(text):
            return float(text.replace(".", "", 1))
    return text


def tagged_scalar(text: str, tag: str) -> Scalar:
    """Return the value of a scalar with a tag.

    Raises:
        ValueError: the tag does not belong to the core schema, or does not fit the text.
    """
    name = tag.removeprefix(_STANDARD)
    if tag == "!" or name == "str":
        return text
    value = plain_scalar(text)
    if type(value) is int and name == "float":
        return float(value)
    if name not in _TAGGED or type(value) is not _TAGGED[name]:
        raise ValueError(f"the tag {tag!r} does not fit this value")
    return value
