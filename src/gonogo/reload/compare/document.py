"""A Prometheus configuration as a tree of mappings, lists and scalars. A scalar keeps its original text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from gonogo.formats.yaml import YamlDocument, parse


class ConfigurationScalar(Struct, frozen=True):
    """A scalar: its text as written, and its value in YAML. A quoted scalar is always text."""

    text: str
    value: object


Tree: TypeAlias = "ConfigurationScalar | list[Tree] | dict[str, Tree]"
"""A configuration or a part of one."""

MASKED = "<secret>"
"""The text that a server shows in place of a secret."""

Branch: TypeAlias = dict[str, Tree]

NULL = ConfigurationScalar("", None)


class UnreadableConfiguration(Exception):
    """A text that is not a configuration. The message contains no value of the text."""


def read(text: str, name: str) -> Branch:
    """Read a configuration. An empty text is an empty mapping. The error has the ``name`` of the configuration.

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


_USERS_NAMES = frozenset({"external_labels", "labels", "params", "headers", "required_matchers", "endpoint_params"})
"""Mappings whose keys are names that users choose. Their values are texts."""

_TEXTS = frozenset(
    {"job_name", "regex", "separator", "replacement", "target_label", "source_labels", "targets", "names"}
)
"""Keys whose values are texts, even if they look like durations or numbers."""

_PATHS = frozenset({"rule_files", "scrape_config_files", "files"})
_SECRET = re.compile(
    r"secret|passw|passphrase|token|credential|api_?key|_key$|^key$|bearer|signature|^sig$", re.IGNORECASE
)
_NO_SECRET = re.compile(r"_(?:file|url|ref)s?$")
_HEADERS = frozenset({"headers", "http_headers", "proxy_connect_header"})


class KeyPath(Struct, frozen=True):
    """A path of keys. ``shown`` is the path for messages, with the items of lists named or counted from 0."""

    keys: tuple[str, ...] = ()
    shown: str = ""

    def key(self, name: str) -> KeyPath:
        """Return the place of a key in this mapping."""
        return KeyPath((*self.keys, name), f"{self.shown}.{name}" if self.shown else name)

    def item(self, name: str | int) -> KeyPath:
        """Return the place of an item in this list. An item is of the same kind as its list."""
        return KeyPath(self.keys, f"{self.shown}[{name}]")

    @property
    def name(self) -> str:
        """Return the last key, or an empty text at the root."""
        return self.keys[-1] if self.keys else ""

    @property
    def above(self) -> KeyPath:
        """Return the mapping around this place. The root is around itself."""
        return KeyPath(self.keys[:-1])

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return the keys that Prometheus defines. Keys below ``labels`` and similar mappings are the user's."""
        end = next((at for at, key in enumerate(self.keys) if key in _USERS_NAMES or key in _HEADERS), len(self.keys))
        return self.keys[: end + 1]

    @property
    def is_users_text(self) -> bool:
        """Return whether only the text counts: labels, parameters, expressions."""
        return self.name in _TEXTS or not _USERS_NAMES.isdisjoint(self.keys[:-1])

    @property
    def is_external_label(self) -> bool:
        """Return whether the server may expand environment variables in this value."""
        return self.keys[-2:-1] == ("external_labels",)

    @property
    def is_path(self) -> bool:
        """Return whether the server joins this value to its configuration's folder."""
        return not self.is_users_text and (self.name in _PATHS or self.name.endswith("_file"))

    @property
    def is_secret(self) -> bool:
        """Return whether this value is a secret."""
        named = any(_SECRET.search(key) and not _NO_SECRET.search(key) for key in self.keys)
        return named or not _HEADERS.isdisjoint(self.keys[:-1])


LONGEST_SHOWN = 120
"""The largest number of characters of a shown value."""

_URL_PASSWORD = re.compile(r"(?<=://)[^/?#\s]*(?=@)")
_PARAMETER = re.compile(r"(?<=[?&])([^=&#\s]+)=[^&#\s]*")


def shown(tree: Tree, place: KeyPath) -> str:
    """Return a part of a configuration as text for messages."""
    text = _written(tree, place)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def redacted(text: str) -> str:
    """Remove the secrets of URLs: passwords, and the values of parameters."""
    return _PARAMETER.sub(r"\1=…", _URL_PASSWORD.sub(lambda found: re.sub(":.*", ":…", found[0]), text))


def _written(tree: Tree, place: KeyPath) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {_written(value, place.key(key))}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(_written(item, place) for item in tree) + "]"
    if tree.value is None:
        return "null"
    return (MASKED if place.is_secret else redacted(tree.text)) if tree.text else '""'


_PASSWORD = re.compile(r"://[^/?#\s@]*:([^/?#\s]*)@")


def secrets_in(text: str) -> frozenset[tuple[str, str]]:
    """Return every secret of a configuration with its place. A text that cannot be read has none."""
    try:
        return frozenset(_secrets(read(text, "the configuration"), KeyPath()))
    except UnreadableConfiguration:
        return frozenset()


def _secrets(tree: Tree, place: KeyPath) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _secrets(value, place.key(key))
    elif isinstance(tree, list):
        for number, item in enumerate(tree):
            yield from _secrets(item, place.item(number))
    elif place.is_secret:
        if tree.text:
            yield place.shown, tree.text
    elif found := _PASSWORD.search(tree.text):
        yield place.shown, found[1]
