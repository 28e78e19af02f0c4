"""Finds an answer in which an object has a key twice. A parser keeps the last one, and nothing shows the other."""

from __future__ import annotations

import orjson

from gonogo.server.shape import Json, JsonObject, Misshapen

_AFTER_A_KEY = b'":'


def has_repeated_key(body: bytes, parsed: JsonObject) -> bool:
    """Return whether an object in the body has a key twice.

    ``":`` follows each key, and can also stand in a text. If the body has as many as ``parsed`` has keys, no key is
    repeated. If not, ``parsed`` is written as JSON again, where texts with ``":`` count as well. A body with blanks
    between the key and the colon, which no known server writes, is not checked.

    Raises:
        Misshapen: the answer is nested deeper than any answer of the API.
    """
    written = body.count(_AFTER_A_KEY)
    if written == _keys(parsed):
        return False
    try:
        return written > orjson.dumps(parsed).count(_AFTER_A_KEY)
    except orjson.JSONEncodeError as error:
        raise Misshapen("it is nested too deeply") from error


def _keys(envelope: JsonObject) -> int:
    """Count the keys of the answer to a query: those of the envelope, and of each series and its labels."""
    data: Json = envelope.get("data")
    try:
        result = data["result"]
        return len(envelope) + len(data) + sum([len(item) + len(item["metric"]) for item in result])
    except (TypeError, KeyError):
        return -1
