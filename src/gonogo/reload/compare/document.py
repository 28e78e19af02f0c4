"""A Prometheus configuration as a tree of mappings, lists and scalars. A scalar keeps its original text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gonogo.formats.yaml import YamlDocument, parse


@dataclass(frozen=True, slots=True)
class ConfigurationScalar:
    """A scalar: its text as written, and its value in YAML. A quoted scalar is always text."""

    text: str
    value: object


Tree: TypeAlias = "ConfigurationScalar | list[Tree] | dict[str, Tree]"
"""A configuration or a part of one."""

Branch: TypeAlias = dict[str, Tree]

NULL = ConfigurationScalar("", None)


class UnreadableConfiguration(Exception):
    """A text that is not a configuration. The message contains no value of the text."""


def read(text: str, name: str) -> Branch:
    """Read a configuration. An empty text is an empty mapping.

    Args:
        text: the YAML.
        name: the name of the configuration in the error.

    Raises:
        UnreadableConfiguration: the text is not YAML, not a mapping, or has a key twice.
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
