"""The envelope of every answer of the API: ``{"status": "success", "data": …}``, and its checks.

gonogo checks the shape of an answer before it uses the data. An answer that is not JSON, says
``error`` or has another shape becomes a ``SourceError`` that quotes its beginning. An
answer with warnings may be partial, so ``ask`` refuses it for every question.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from typing import TypeVar

import orjson

from gonogo.errors import SourceError
from gonogo.model.evidence import Unread
from gonogo.server.http import Answer, Client
from gonogo.server.no_answer import MORE_THREADS, OR_OPTION, URL_KEY
from gonogo.server.question import Form
from gonogo.server.repeated_keys import has_repeated_key
from gonogo.server.shape import Json, JsonObject, Misshapen
from gonogo.server.versions import warnings_of

Decoded = TypeVar("Decoded")


class PartialAnswer(SourceError):
    """An answer with warnings: data may be missing in it."""


class NoEndpoint(SourceError):
    """The server does not have this part of the API."""


class ExpressionRefused(SourceError):
    """The server answered that it cannot evaluate the expression. Other questions are not affected."""


_OF_THE_EXPRESSION_IN_VM = "422"
"""VictoriaMetrics writes the status as the type of an error."""

OF_THE_EXPRESSION = frozenset({"execution", "bad_data"})
"""The types of errors that the expression causes. Every other type is a fault of the server."""


_ACCESS = "see authorization, basic_auth, tls_config and headers in the policy"
_RIGHT_SERVER = "check that the URL is the server's own, with its path prefix, and not that of a login page or a proxy"
_NEXT_STEPS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: _ACCESS,
    HTTPStatus.FORBIDDEN: _ACCESS,
    HTTPStatus.NOT_FOUND: _RIGHT_SERVER,
}
"""The next step for a status that says more than the server's log."""
_AGENT = "unavailable with Prometheus Agent"
"""The error of a server in agent mode, which stores no samples, evaluates no rules and answers no queries."""

_NO_SUCH_PATH = "unsupported path requested"
"""The error of a program of VictoriaMetrics that does not have this part of the API."""


def ask(
    client: Client,
    base_url: str,
    path: str,
    decode: Callable[[JsonObject], Decoded],
    form: Form | None = None,
) -> Decoded:
    """Ask the API one question and decode the whole envelope of its answer.

    Raises:
        PartialAnswer: the answer has warnings.
        SourceError: there was no valid answer.
        UsageError: ``base_url`` is not the URL of a server.
    """
    answer = client.get(base_url, path, form)
    try:
        with _no_collection():
            return decode(
                _envelope(client, answer)
            )  # no name holds the envelope: it must be freed before collection goes on
    except Misshapen as error:
        raise SourceError(
            "the answer does not have the shape of Prometheus's API",
            where=answer.url,
            why=f"{client.quoted(str(error).encode())}: {client.quoted(answer.body)}",
            next_step=_RIGHT_SERVER,
        ) from error


def _envelope(client: Client, answer: Answer) -> JsonObject:
    try:
        envelope = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise _no_json(client, answer) from error
    if not isinstance(envelope, dict) or answer.status != HTTPStatus.OK:
        raise _no_success(client, answer, envelope)
    if envelope.get("status") != "success" or envelope.get("error"):
        raise _no_success(client, answer, envelope)
    if warnings := warnings_of(envelope):
        raise PartialAnswer(
            "the server warned that its answer may be partial",
            where=answer.url,
            why=client.quoted("; ".join(warnings).encode()),
            next_step="repair the part of the server that the warning names, then ask again",
        )
    if has_repeated_key(answer.body, envelope):
        raise Misshapen("an object in it has a key twice")
    return envelope


def _no_json(client: Client, answer: Answer) -> SourceError:
    if answer.status != HTTPStatus.OK:
        return refused(answer, client.quoted(answer.body))
    beginning = client.quoted(answer.body)
    kind = "it is HTML" if answer.body.lstrip()[:1] == b"<" else "it is another text, or JSON that was cut off"
    return SourceError(
        "the answer is not JSON",
        where=answer.url,
        why=f"{kind}: {beginning}" if beginning else "it is empty",
        next_step=_RIGHT_SERVER,
    )


def _no_success(client: Client, answer: Answer, envelope: Json) -> SourceError:
    error = envelope.get("error") if isinstance(envelope, dict) else None
    reason = client.quoted(error.encode()) if isinstance(error, str) else client.quoted(answer.body)
    found = refused(answer, reason)
    kind = envelope.get("errorType") if isinstance(envelope, dict) else None
    if isinstance(kind, str) and (kind in OF_THE_EXPRESSION or kind == _OF_THE_EXPRESSION_IN_VM):
        return ExpressionRefused(found.what, where=found.where, why=found.why, next_step=found.next_step)
    return found


def refused(answer: Answer, reason: str) -> SourceError:
    """Return the error for a server that answered without the data, with the reason that it gave."""
    lacks = answer.status == HTTPStatus.NOT_FOUND or _NO_SUCH_PATH in reason
    try:
        phrase = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = str(answer.status)
    return (NoEndpoint if lacks else SourceError)(
        f"the server answered {phrase}" if answer.status != HTTPStatus.OK else "the server answered with an error",
        where=answer.url,
        why=reason or "the server gave no reason",
        next_step=_next_step(answer, reason),
    )


def _next_step(answer: Answer, reason: str) -> str:
    if _AGENT in reason:
        return "name a server that stores samples and evaluates rules: an agent does neither, so nothing can be proved"
    if _NO_SUCH_PATH in reason:
        return _RIGHT_SERVER
    return _NEXT_STEPS.get(answer.status, f"see the server's log; its URL is {URL_KEY} in the policy")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector. Parsed JSON has no cycles, and the search for them triples the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def asked(question: str, read: Callable[[], Decoded], key: str = URL_KEY) -> Future[Decoded | Unread]:
    """Ask a question in a daemon thread, so that an interrupt ends the command at once.

    Args:
        question: the name of the question in a report.
        read: the function that asks. Its ``SourceError`` becomes ``Unread``. Any other error is raised in the
            thread that waits for the answer.
        key: the key of the policy with the address that is asked. The next step names it.
    """
    answer: Future[Decoded | Unread] = Future()

    def run() -> None:
        try:
            answer.set_result(read())
        except SourceError as error:
            answer.set_result(
                Unread(
                    question,
                    _why(error),
                    _with_key(error, key),
                    isinstance(error, PartialAnswer),
                    isinstance(error, ExpressionRefused),
                )
            )
        except BaseException as error:  # noqa: BLE001 - a bug is raised in the thread that waits for the answer
            answer.set_exception(error)

    try:
        Thread(target=run, daemon=True, name="gonogo-ask").start()
    except RuntimeError as error:
        answer.set_result(Unread(question, f"no thread can be started: {error}", MORE_THREADS))
    return answer


def _with_key(error: SourceError, key: str) -> str:
    if key == URL_KEY:
        return error.next_step
    return error.next_step.replace(OR_OPTION, "").replace(URL_KEY, key)


def _why(error: SourceError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
