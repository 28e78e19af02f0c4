"""Parts of a configuration as messages show them: short, on one line, and without secrets."""

from __future__ import annotations

import re

from gonogo.reload.compare.document import ConfigurationScalar, Tree
from gonogo.reload.compare.place import KeyPath
from gonogo.reload.compare.spelling import MASKED

LONGEST = 120
"""The largest number of characters of a shown value."""

_PASSWORD = re.compile(r"(?<=://)[^/?#\s]*(?=@)")
_PARAMETER = re.compile(r"(?<=[?&])([^=&#\s]+)=[^&#\s]*")


def shown(tree: Tree, place: KeyPath) -> str:
    """Return a part of a configuration as text for messages."""
    text = _written(tree, place)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def redacted(text: str) -> str:
    """Remove the secrets of URLs: passwords, and the values of parameters."""
    return _PARAMETER.sub(r"\1=…", _PASSWORD.sub(_user_only, text))


def _user_only(found: re.Match[str]) -> str:
    user, colon, _ = found[0].partition(":")
    return f"{user}:…" if colon else user


def _written(tree: Tree, place: KeyPath) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {_written(value, place.key(key))}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(_written(item, place) for item in tree) + "]"
    return _scalar(tree, place)


def _scalar(leaf: ConfigurationScalar, place: KeyPath) -> str:
    if leaf.value is None:
        return "null"
    if place.is_secret and leaf.text:
        return MASKED
    return redacted(leaf.text) if leaf.text else '""'
