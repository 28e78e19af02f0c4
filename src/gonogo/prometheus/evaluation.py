"""Lets a server evaluate an expression, to see whether it can."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import orjson

from gonogo.prometheus.envelope import refused
from gonogo.prometheus.http import Answer, Client

_OF_THE_EXPRESSION = frozenset({"execution", "bad_data"})
"""The types of errors that the expression is to blame for; others are the server's own trouble."""


def evaluation_error(client: Client, base_url: str, promql: str) -> str | None:
    """Evaluate an expression once, now; give the server's words if the expression cannot be evaluated.

    Raises:
        SourceError: there was no answer, or an error that says nothing about the expression, such as a timeout.
    """
    timeout = f"{client.settings.timeout // timedelta(milliseconds=1)}ms"
    answer = client.get(base_url, "/api/v1/query", {"query": promql, "timeout": timeout})
    if answer.status == HTTPStatus.OK:
        return None
    kind, said = _error(answer)
    if kind in _OF_THE_EXPRESSION:
        return client.quoted(said.encode())
    raise refused(answer, client.quoted(answer.body))


def _error(answer: Answer) -> tuple[str, str]:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("errorType", "")), str(told.get("error", ""))
