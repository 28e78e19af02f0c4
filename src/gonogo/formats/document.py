r"""The one way in which a value becomes a JSON document.

JSON holds text only. A path or a pattern may have bytes that are no UTF-8, and Python keeps each of them as a lone
surrogate. Such a byte is written as ``\udcXX``, so that a document is never refused because of one name in it.
"""

from __future__ import annotations

from collections.abc import Mapping


def document(value: object, *, indented: bool = False) -> bytes:
    """Write a value as one JSON document that ends in a line feed.

    Args:
        value: mappings, sequences, texts, numbers, booleans and None.
        indented: whether the document is indented by two spaces, for people.
    """
    import orjson  # noqa: PLC0415 - an error that is said as text does not need it

    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indented else 0)
    try:
        return orjson.dumps(value, option=option)
    except TypeError:  # a fleet's document is 100 MB, so only one that is refused is looked through
        return orjson.dumps(encodable(value), option=option)


def encodable(value: object) -> object:
    """Escape the bytes that are no UTF-8 in every text of a value."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, Mapping):
        return {encodable(key): encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(item) for item in value]
    return value
