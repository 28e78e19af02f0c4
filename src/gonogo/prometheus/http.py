"""The one HTTP client: a question, and an answer within a time and a size, or an error in words.

Each question has a connection and a thread of its own. The thread is what makes the
time a bound: whatever stalls (a name server, a handshake, a server that drips bytes or
is stopped in mid-answer), the caller leaves at the deadline, and the connection is shut
so that the thread ends as well. There are no proxies and no redirects, and no
credential ever enters an error, a log or a ``repr``.
"""

from __future__ import annotations

import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPException
from socket import SHUT_RDWR, socket
from urllib.parse import urlencode

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from gonogo import __version__
from gonogo.prometheus.address import Address, parse_address
from gonogo.prometheus.answer_body import BodyBroken, BodyTooLarge, read_body
from gonogo.prometheus.no_answer import LostConnection, Stage, no_answer, redirected, too_slow
from gonogo.prometheus.quotation import quote
from gonogo.prometheus.tls import tls_context

RETRY_PAUSES = (0.1, 0.4)
"""Seconds before the second and the third attempt of a question that may be asked again."""

LONGEST_CONNECT = 5.0
"""Seconds for one attempt to connect: a host that drops packets is told sooner than one that computes."""

LONGEST_GET = 4000
"""Characters of a form that still go into the URL; a longer one is posted (proxies cut URLs at 8 kB)."""

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How to ask a server.

    Attributes:
        timeout: the most that one answer may take in all, its retries included.
        max_bytes: the most bytes of an answer, on the wire and after decompression.
        authorization: the whole value of the ``Authorization`` header.
        basic: user and password, where there is no ``authorization``.
        ca_file: PEM file of the authorities to trust instead of the system's.
        cert_file: PEM file of the client certificate.
        key_file: PEM file of its key, where it is not in ``cert_file``.
        server_name: the name that the server's certificate must bear, if not the host.
        verify: whether the server's certificate is checked.
    """

    timeout: timedelta = timedelta(seconds=10)
    max_bytes: int = 268_435_456
    authorization: str | None = field(default=None, repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    server_name: str | None = None
    verify: bool = True

    def header(self) -> str | None:
        """Give the value of the ``Authorization`` header, if there is any."""
        if self.authorization is not None or self.basic is None:
            return self.authorization
        return "Basic " + b64encode(":".join(self.basic).encode()).decode()

    def secrets(self) -> tuple[str, ...]:
        """Name every text that must not be shown, the longest first."""
        header = self.header()
        if header is None:
            return ()
        password = (self.basic[1],) if self.basic else ()
        found = {header, header.partition(" ")[2], *password} - {""}
        return tuple(sorted(found, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, whatever its status; ``url`` is without the form."""

    url: str
    status: int
    body: bytes
    location: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    address: Address
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def url(self) -> str:
        return f"{self.address}{self.path}"

    @property
    def target(self) -> str:
        path = self.address.prefix + self.path
        return f"{path}?{self.query}" if self.query else path


class Client:
    """Asks questions with one set of settings; threads may share it."""

    def __init__(self, settings: HttpSettings | None = None) -> None:
        """Take the settings; certificates are read at the first ``https`` question."""
        self.settings = settings or HttpSettings()
        self._tls: ssl.SSLContext | None = None
        self._tls_lock = threading.Lock()

    def get(self, base_url: str, path: str, form: Mapping[str, str] | None = None, *, retry: bool = True) -> Answer:
        """Ask a read-only question; a long form is posted, which Prometheus's API takes as well.

        Refused and lost connections, and status 503, are tried again twice with
        ``retry``, within the deadline.

        Raises:
            SourceError: there was no answer in time and size, or it was a redirect.
            UsageError: ``base_url`` is no URL of a server.
        """
        address = parse_address(base_url)
        query = urlencode(form or {})
        if len(query) > LONGEST_GET:
            question = _Question("POST", address, path, "", self._headers(address, FORM), query.encode())
        else:
            question = _Question("GET", address, path, query, self._headers(address))
        return self._persistently(question) if retry else self._attempt(question, self._deadline())

    def send(self, method: str, base_url: str, path: str, body: bytes = b"", kind: str = FORM) -> Answer:
        """Ask for an action, once: it is never tried again.

        Raises:
            SourceError: there was no answer in time and size, or it was a redirect.
            UsageError: ``base_url`` is no URL of a server.
        """
        address = parse_address(base_url)
        question = _Question(method, address, path, "", self._headers(address, kind), body)
        return self._attempt(question, self._deadline())

    def quoted(self, body: bytes) -> str:
        """Quote the beginning of a body: short, printable, and without the client's credentials."""
        return quote(body, self.settings.secrets())

    def _headers(self, address: Address, kind: str | None = None) -> dict[str, str]:
        headers = {
            "User-Agent": f"gonogo/{__version__}",
            "Accept-Encoding": "identity" if address.is_loopback else "gzip",
            "Connection": "close",
        }
        if kind is not None:
            headers["Content-Type"] = kind
        if (authorization := self.settings.header()) is not None:
            headers["Authorization"] = authorization
        return headers

    def _deadline(self) -> float:
        return time.monotonic() + self.settings.timeout.total_seconds()

    def _persistently(self, question: _Question) -> Answer:
        deadline = self._deadline()
        for pause in RETRY_PAUSES:
            if time.monotonic() + pause >= deadline:
                break
            try:
                answer = self._attempt(question, deadline)
            except LostConnection:
                time.sleep(pause)
                continue
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(pause)
        return self._attempt(question, deadline)

    def _attempt(self, question: _Question, deadline: float) -> Answer:
        exchange = _Exchange(question, self._connection(question.address, deadline), self.settings.max_bytes)
        threading.Thread(target=exchange.run, daemon=True, name="gonogo-http").start()
        try:
            answer = exchange.result.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError as error:
            raise too_slow(question.url, exchange.stage, self.settings.timeout) from error
        finally:
            exchange.abandon()
        if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
            raise redirected(answer.url, answer.status, answer.location)
        return answer

    def _connection(self, address: Address, deadline: float) -> HTTPConnection:
        limit = min(LONGEST_CONNECT, max(0.001, deadline - time.monotonic()))
        if address.scheme == "http":
            return HTTPConnection(address.host, address.port, timeout=limit)
        name = self.settings.server_name
        return HTTPSConnection(
            address.host, address.port, timeout=limit, ssl_context=self._trust(), server_hostname=name
        )

    def _trust(self) -> ssl.SSLContext:
        of = self.settings
        with self._tls_lock:
            if self._tls is None:
                self._tls = tls_context(
                    ca_file=of.ca_file, cert_file=of.cert_file, key_file=of.key_file, verify=of.verify
                )
            return self._tls


class _Exchange:
    """One question on one connection, run in a thread of its own."""

    def __init__(self, question: _Question, connection: HTTPConnection, max_bytes: int) -> None:
        self.result: Future[Answer] = Future()
        self.stage = Stage.CONNECTING
        self._question = question
        self._connection = connection
        self._max_bytes = max_bytes
        self._abandoned = False

    def run(self) -> None:
        """Ask, read, and leave the answer or the error in ``result``."""
        try:
            self.result.set_result(self._exchange())
        except (OSError, HTTPException, HTTPError, BodyBroken, BodyTooLarge) as error:
            told = no_answer(self._question.url, self.stage, error, self._max_bytes)
            told.__cause__ = error
            self.result.set_exception(told)
        except BaseException as error:  # noqa: BLE001 - a bug is raised in the thread that asked
            self.result.set_exception(error)
        finally:
            self._connection.close()

    def abandon(self) -> None:
        """Shut the connection, so that whatever the thread waits for ends now."""
        self._abandoned = True
        sock = self._connection.sock
        if sock is not None and not self.result.done():
            with suppress(OSError):
                socket.shutdown(sock, SHUT_RDWR)  # not SSLSocket's own: it would wait for the peer

    def _exchange(self) -> Answer:
        self._connection.connect()
        if self._abandoned:
            raise TimeoutError
        self._connection.sock.settimeout(None)  # the deadline is the caller's: see abandon
        asked = self._question
        self._connection.request(
            asked.method, asked.target, asked.body, asked.headers, preload_content=False, decode_content=False
        )
        self.stage = Stage.ASKED
        response = self._connection.getresponse()
        self.stage = Stage.READING
        body = read_body(response, self._max_bytes)
        return Answer(asked.url, response.status, body, response.headers.get("Location", ""))
