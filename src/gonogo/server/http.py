"""The only HTTP client: each question gets an answer within a bound on time and size, or an error in plain words.

Each question has its own connection and its own thread. The thread makes the bound on time
hold. A name server, a handshake, or a server that sends single bytes or is stopped in the
middle of an answer can stall the thread, but the caller leaves at the deadline. The caller
then shuts the connection, so that the thread ends as well. The client uses no proxies. Reads
follow redirects on the same host only. No credential and no header of the policy ever enters
an error, a log or a ``repr``.
"""

from __future__ import annotations

import math
import os
import ssl
import threading
import time
from concurrent.futures import Future
from contextlib import closing, suppress
from copy import copy
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPException
from socket import SHUT_RDWR, socket

from msgspec import Struct

from gonogo import stopping
from gonogo.errors import SourceError
from gonogo.model.replacing import replace
from gonogo.server.address import Address
from gonogo.server.answer_body import BodyBroken, BodyTooLarge, Room, read_body
from gonogo.server.connection import Connection, tls_context
from gonogo.server.http_settings import HttpSettings
from gonogo.server.no_answer import (
    ExchangeStage,
    LostConnection,
    no_answer,
    no_thread,
    quote,
    redirected,
    too_large,
    too_slow,
)
from gonogo.server.question import (
    FORM,
    MOST_REDIRECTS,
    Form,
    NotFollowed,
    Question,
    acting,
    is_redirect,
    next_question,
    reading,
)

__all__ = ["Answer", "Client", "HttpSettings"]

RETRY_PAUSES = (0.1, 0.4)
"""Seconds before the second and the third attempt of a question that can be asked again."""

_STOPPING = "X-Prometheus-Stopping"

_AFTER_THE_DEADLINE = 1.0
"""Seconds by which connecting may outlast the deadline, so that the error reports the deadline."""


class Answer(Struct, frozen=True):
    """A server's answer with any status.

    ``url`` does not contain the form. ``stopping`` is true if Prometheus 3 says that it is shutting down.
    """

    url: str
    status: int
    body: bytes
    location: str = ""
    stopping: bool = False


class Deadline(Struct, frozen=True):
    """The end of the wait for one answer, by the monotonic clock, and the seconds until then when the question began.

    ``is_command`` is true if the command has to end then, so that no policy can make it wait longer.
    """

    at: float
    seconds: float
    is_command: bool


class _Trust:
    """The certificates of a client, read by the first ``https`` question."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def context(self) -> ssl.SSLContext:
        of = self._settings
        with self._lock:
            if self._context is None:
                self._context = tls_context(
                    ca_file=of.ca_file, cert_file=of.cert_file, key_file=of.key_file, verify=of.verify
                )
            return self._context


class Client:
    """A client that asks questions with one set of settings. Threads may share it."""

    def __init__(self, settings: HttpSettings | None = None) -> None:
        """Store the settings. The first ``https`` question reads the certificates."""
        self.settings = settings or HttpSettings()
        self._room = Room(self.settings.max_bytes)
        self._trust = _Trust(self.settings)
        self._until = math.inf

    def within(self, timeout: timedelta = timedelta.max, until: float = math.inf) -> Client:
        """Return this client with a shorter timeout, or with a moment of the monotonic clock that ends every wait."""
        other = copy(self)  # shares the room for answers and the certificates
        other.settings = replace(self.settings, timeout=min(self.settings.timeout, timeout))
        other._until = min(self._until, until)  # noqa: SLF001 - its own class
        return other

    @property
    def patience(self) -> timedelta:
        """Return the time that an answer may take now, at least a millisecond."""
        return max(timedelta(seconds=self._deadline().seconds), timedelta(milliseconds=1))

    def get(self, base_url: str, path: str, form: Form | None = None, *, retry: bool = True) -> Answer:
        """Ask a read-only question. A long form is sent by POST, which Prometheus's API accepts as well.

        With ``retry``, the client asks twice more, within the deadline, after a refused or lost
        connection and after status 503.

        Raises:
            SourceError: there was no answer within the bounds, or a redirect that a read does not follow.
            UsageError: ``base_url`` is not the URL of a server.
        """
        question, deadline = reading(self.settings, base_url, path, form or {}), self._deadline()
        ask = self._persistently if retry else self._attempt
        for _ in range(MOST_REDIRECTS):
            answer = ask(question, deadline)
            if not is_redirect(answer.status):
                return answer
            try:
                question = next_question(question, answer.status, answer.location)
            except NotFollowed as refusal:
                raise self._redirected(answer, str(refusal)) from refusal
        raise self._redirected(answer, f"gonogo has followed {MOST_REDIRECTS} redirects already")

    def send(self, method: str, base_url: str, path: str, body: bytes = b"", kind: str = FORM) -> Answer:
        """Ask for an action once, without any retry.

        Raises:
            SourceError: there was no answer within the bounds, or the answer was a redirect.
            UsageError: ``base_url`` is not the URL of a server.
        """
        question = acting(self.settings, method, (base_url, path), body, kind)
        answer = self._attempt(question, self._deadline())
        if is_redirect(answer.status):
            raise self._redirected(answer, "gonogo does not send a request for an action a second time")
        return answer

    def quoted(self, body: bytes) -> str:
        """Quote the beginning of a body: short, printable, and without the client's credentials."""
        return quote(body, self.settings.secrets())

    def _deadline(self) -> Deadline:
        now, timeout = time.monotonic(), self.settings.timeout.total_seconds()
        left = max(0.0, self._until - now)
        return Deadline(now + min(timeout, left), min(timeout, left), left < timeout)

    def _redirected(self, answer: Answer, why: str) -> SourceError:
        target = answer.location.partition("?")[0].partition("#")[0]
        return redirected(answer.url, answer.status, self.quoted(target.encode()), why)

    def _persistently(self, question: Question, deadline: Deadline) -> Answer:
        for pause in RETRY_PAUSES:
            if time.monotonic() + pause >= deadline.at:
                break
            try:
                answer = self._attempt(question, deadline)
            except LostConnection:
                stopping.pause(pause)
                continue
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                return answer
            stopping.pause(pause)
        return self._attempt(question, deadline)

    def _attempt(self, question: Question, deadline: Deadline) -> Answer:
        exchange = _Exchange(question, self._connection(question.address, deadline.at), self.settings, self._room)
        try:
            threading.Thread(target=exchange.run, daemon=True, name="gonogo-http").start()
        except RuntimeError as error:
            raise no_thread(question.url, error) from error
        try:
            return stopping.outcome(exchange.result, max(0.0, deadline.at - time.monotonic()))
        except TimeoutError as error:
            longest = deadline.is_command or self.settings.at_its_longest
            raise too_slow(question.url, exchange.stage, deadline.seconds, at_its_longest=longest) from error
        finally:
            exchange.abandon()

    def _connection(self, address: Address, deadline: float) -> Connection:
        connect = self.settings.longest_connect.total_seconds()
        limit = min(connect, max(0.0, deadline - time.monotonic()) + _AFTER_THE_DEADLINE)
        name = self.settings.server_name or address.host
        return Connection(address, limit, (self._trust.context(), name) if address.scheme == "https" else None)


class _Exchange:
    """A question on its own connection, run in its own thread."""

    def __init__(self, question: Question, connection: Connection, settings: HttpSettings, room: Room) -> None:
        self.result: Future[Answer] = Future()
        self.stage = ExchangeStage.CONNECTING
        self._question = question
        self._connection = connection
        self._settings = settings
        self._room = room
        self._sock: socket | None = None
        self._abandoned = False
        self._lock = threading.Lock()

    def run(self) -> None:
        """Ask, read, and leave the answer or the error in ``result``."""
        try:
            self.result.set_result(self._exchange())
        except BodyTooLarge:
            self.result.set_exception(too_large(self._question.url, self._settings.max_bytes))
        except (OSError, HTTPException, BodyBroken, ValueError) as error:
            failure = no_answer(self._question.url, self.stage, error, self._settings.secrets())
            failure.__cause__ = error
            self.result.set_exception(failure)
        except BaseException as error:  # noqa: BLE001 - a bug is raised in the thread that asked
            self.result.set_exception(error)
        finally:
            self._close()

    def abandon(self) -> None:
        """Shut the connection, so that the thread stops waiting now."""
        with self._lock:
            self._abandoned = True
            sock = self._sock or self._connection.sock
            if sock is not None and not self.result.done():
                with suppress(OSError):
                    socket.shutdown(sock, SHUT_RDWR)  # not SSLSocket's own: it would wait for the peer

    def _close(self) -> None:
        with self._lock:
            self._connection.close()
            if self._sock is not None and (descriptor := self._sock.detach()) >= 0:
                os.close(descriptor)  # a response that failed while it was built holds its socket open

    def _exchange(self) -> Answer:
        self._connection.connect()
        self._sock = self._connection.sock  # http.client drops its reference before the body is read
        if self._abandoned:
            raise TimeoutError
        asked = self._question
        self._connection.request(asked.method, asked.target, asked.body, asked.headers)
        self.stage = ExchangeStage.ASKED
        with closing(self._connection.getresponse()) as response:
            self.stage = ExchangeStage.READING
            body = read_body(response, self._room)
            location, stopping = response.getheader("Location", ""), response.getheader(_STOPPING, "")
            return Answer(asked.url, response.status, body, location, stopping == "true")
