"""Asks a server whether it can evaluate an expression."""

from __future__ import annotations

from datetime import timedelta

import orjson

from gonogo.server.envelope import refused
from gonogo.server.http import Answer, Client
from gonogo.server.shape import JsonObject

_OF_THE_EXPRESSION = frozenset({"execution", "bad_data"})
"""The types of errors that the expression causes. Every other type is a fault of the server."""


def evaluation_error(client: Client, base_url: str, promql: str) -> str | None:
    """Evaluate an expression once, now. Return the server's error if the expression cannot be evaluated, else None.

    Raises:
        SourceError: there was no answer, or an error that is not about the expression, such as a timeout.
    """
    timeout = f"{client.settings.timeout // timedelta(milliseconds=1)}ms"
    answer = client.get(base_url, "/api/v1/query", {"query": promql, "timeout": timeout})
    envelope = _envelope(answer)
    if envelope.get("status") == "success":
        return None
    if envelope.get("errorType") in _OF_THE_EXPRESSION:
        return client.quoted(str(envelope.get("error")).encode())
    raise refused(answer, client.quoted(answer.body))


def _envelope(answer: Answer) -> JsonObject:
    try:
        envelope = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return envelope if isinstance(envelope, dict) else {}
