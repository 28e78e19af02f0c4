"""Lets a server evaluate an expression, to see whether it can."""

from __future__ import annotations

from datetime import timedelta

import orjson

from gonogo.server.envelope import refused
from gonogo.server.http import Answer, Client
from gonogo.server.shape import JsonObject

_OF_THE_EXPRESSION = frozenset({"execution", "bad_data"})
"""The types of errors that the expression is to blame for; others are the server's own trouble."""


def evaluation_error(client: Client, base_url: str, promql: str) -> str | None:
    """Evaluate an expression once, now; give the server's words if the expression cannot be evaluated.

    Raises:
        SourceError: there was no answer, or an error that says nothing about the expression, such as a timeout.
    """
    timeout = f"{client.settings.timeout // timedelta(milliseconds=1)}ms"
    answer = client.get(base_url, "/api/v1/query", {"query": promql, "timeout": timeout})
    told = _told(answer)
    if told.get("status") == "success":
        return None
    if told.get("errorType") in _OF_THE_EXPRESSION:
        return client.quoted(str(told.get("error")).encode())
    raise refused(answer, client.quoted(answer.body))


def _told(answer: Answer) -> JsonObject:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
