"""A Prometheus configuration as a tree of mappings, lists and scalars that remember how they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gonogo.formats.yaml import YamlDocument, parse


@dataclass(frozen=True, slots=True)
class ConfigurationScalar:
    """A scalar: its text as written, and what it means in YAML (quoted scalars are always text)."""

    text: str
    value: object


Tree: TypeAlias = "ConfigurationScalar | list[Tree] | dict[str, Tree]"
"""A configuration or a part of one."""

Branch: TypeAlias = dict[str, Tree]

NULL = ConfigurationScalar("", None)


class UnreadableConfiguration(Exception):
    """A text that is no configuration; what it says names no value of it."""


def read(text: str, name: str) -> Branch:
    """Read a configuration; an empty one is an empty mapping.

    Args:
        text: the YAML.
        name: what to call it in the error.

    Raises:
        Unreadable: it is no YAML, no mapping, or says a thing twice.
    """
    document = parse(text, name)
    if document.problems:
        raise UnreadableConfiguration(str(document.problems[0]))
    tree = _tree(document, ())
    if tree == NULL:
        return {}
    if not isinstance(tree, dict):
        raise UnreadableConfiguration(f"{name}: a configuration is a mapping")
    return tree


def _tree(document: YamlDocument, loc: tuple[str | int, ...]) -> Tree:
    value = document.at(loc)
    if isinstance(value, dict):
        return {key: _tree(document, (*loc, key)) for key in value}
    if isinstance(value, list):
        return [_tree(document, (*loc, place)) for place in range(len(value))]
    return NULL if value is None else ConfigurationScalar(document.text(loc) or "", value)
