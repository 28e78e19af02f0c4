"""The secrets in a configuration. A server masks them, so a change of secrets alone cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.reload.compare.document import Tree, UnreadableConfiguration, read
from gonogo.reload.compare.place import KeyPath

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
