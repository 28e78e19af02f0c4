r"""Writes every JSON document of gonogo.

JSON contains text only. A path or a pattern may have bytes that are not UTF-8, and Python keeps each of these bytes as
a lone surrogate. Such a byte is written as ``\udcXX``, so that one bad name never prevents a document.
"""

from __future__ import annotations

from collections.abc import Mapping


def document(value: object, *, indented: bool = False) -> bytes:
    """Write a value as a JSON document that ends in a line feed.

    Args:
        value: mappings, sequences, texts, numbers, booleans and None.
        indented: true to indent the document by two spaces, for people.
    """
    import orjson  # noqa: PLC0415 - an error printed as text does not need orjson

    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indented else 0)
    try:
        return orjson.dumps(value, option=option)
    except TypeError:  # a fleet's document is 100 MB, so only a refused document is searched
        return orjson.dumps(encodable(value), option=option)


def encodable(value: object) -> object:
    """Escape the bytes that are not UTF-8 in every text of a value."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, Mapping):
        return {encodable(key): encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(item) for item in value]
    return value
