"""The envelope of every answer of the API: ``{"status": "success", "data": …}``, and its checks.

Nothing of an answer is believed before its shape was checked. What is not JSON, says
``error``, or has another shape becomes a ``SourceError`` that quotes its beginning. An
answer with warnings may be partial: it is refused here, for every question, unless the
caller reads the warnings itself.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import TypeVar

import orjson

from gonogo.errors import SourceError
from gonogo.server.http import Answer, Client
from gonogo.server.shape import Json, JsonObject, Misshapen
from gonogo.server.versions import warnings_of

Decoded = TypeVar("Decoded")


class PartialAnswer(SourceError):
    """An answer with warnings: something may be missing in it."""


_ACCESS = "see authorization, basic_auth, tls_config and headers in the policy"
_RIGHT_SERVER = (
    "see whether the URL is that of the server itself, with its path prefix, and not a login page or a proxy"
)
_NEXT_STEPS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: _ACCESS,
    HTTPStatus.FORBIDDEN: _ACCESS,
    HTTPStatus.NOT_FOUND: _RIGHT_SERVER,
}
"""What to do about a status, where it says more than the server's log would."""
_AGENT = "unavailable with Prometheus Agent"
"""The words of a server in agent mode: it stores nothing, evaluates no rules and answers no queries."""


def ask(
    client: Client,
    base_url: str,
    path: str,
    decode: Callable[[JsonObject], Decoded],
    form: Mapping[str, str] | None = None,
    *,
    partial_too: bool = False,
) -> Decoded:
    """Ask one question of the API and decode the whole envelope of its answer.

    Args:
        client: how to ask.
        base_url: the server.
        path: the endpoint.
        decode: reads the envelope.
        form: the parameters.
        partial_too: whether ``decode`` keeps the warnings, so that an answer with warnings
            is an answer.

    Raises:
        PartialAnswer: the server warned of something, and nobody would hear the warning.
        SourceError: there was no answer, or none that is valid.
        UsageError: ``base_url`` is no URL of a server.
    """
    answer = client.get(base_url, path, form)
    whole = decode if partial_too else partial(_whole, client, answer, decode)
    try:
        with _no_collection():
            return whole(_envelope(client, answer))  # not kept in a name: it must be gone before collection goes on
    except Misshapen as error:
        raise SourceError(
            "the answer has another shape than Prometheus's API",
            where=answer.url,
            why=f"{client.quoted(str(error).encode())}: {client.quoted(answer.body)}",
            next_step=_RIGHT_SERVER,
        ) from error


def _whole(client: Client, answer: Answer, decode: Callable[[JsonObject], Decoded], envelope: JsonObject) -> Decoded:
    """Decode an answer without warnings."""
    if warnings := warnings_of(envelope):
        raise PartialAnswer(
            "the server warned that its answer may be partial",
            where=answer.url,
            why=client.quoted("; ".join(warnings).encode()),
            next_step="bring back what the warning names, then ask again",
        )
    return decode(envelope)


def _envelope(client: Client, answer: Answer) -> JsonObject:
    try:
        envelope = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise _no_json(client, answer) from error
    if not isinstance(envelope, dict) or answer.status != HTTPStatus.OK:
        raise _no_success(client, answer, envelope)
    if envelope.get("status") != "success" or envelope.get("error"):
        raise _no_success(client, answer, envelope)
    return envelope


def _no_json(client: Client, answer: Answer) -> SourceError:
    if answer.status != HTTPStatus.OK:
        return refused(answer, client.quoted(answer.body))
    kind = "HTML" if answer.body.lstrip()[:1] == b"<" else "no JSON, or only the beginning of one"
    return SourceError(
        "the answer is not JSON",
        where=answer.url,
        why=f"it is {kind}: {client.quoted(answer.body) or 'nothing at all'}",
        next_step=_RIGHT_SERVER,
    )


def _no_success(client: Client, answer: Answer, envelope: Json) -> SourceError:
    told = envelope.get("error") if isinstance(envelope, dict) else None
    said = client.quoted(told.encode()) if isinstance(told, str) else client.quoted(answer.body)
    return refused(answer, said)


def refused(answer: Answer, said: str) -> SourceError:
    """Say that the server answered, but not with what was asked for."""
    try:
        phrase = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = str(answer.status)
    return SourceError(
        f"the server answered {phrase}" if answer.status != HTTPStatus.OK else "the server answered with an error",
        where=answer.url,
        why=said or "it gave no reason",
        next_step=_next_step(answer, said),
    )


def _next_step(answer: Answer, said: str) -> str:
    if _AGENT in said:
        return "name a server that stores samples and evaluates rules: an agent does neither, and nothing can be proved"
    return _NEXT_STEPS.get(answer.status, "see the server's log; its URL is prometheus.url in the policy")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector: parsed JSON has no cycles, and looking for them takes three times as long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
