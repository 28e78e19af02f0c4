"""Reads the value of a scalar by YAML 1.2's core schema, with decimal numbers only.

``yes``, ``on``, dates, ``1:30``, ``0o17`` and ``017`` are text. Only ``true`` and
``false`` (``True``, ``TRUE`` …) are booleans. Source: YAML 1.2.2, section 10.3.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
        message = f"the tag {tag!r} does not fit this value"
        raise ValueError(message)
    return value
