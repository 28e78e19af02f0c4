"""Sends a small HTTP request and reads the answer, with a limit for the total time and the total size.

A beat pushes a few hundred bytes and must start fast. With ``Client`` (``gonogo.server.http``) a whole beat takes 38 %
more CPU time: 25 ms of imports, and three times a shell script instead of 2.5 times. The import of this module costs
2 ms. HTTP/1.0 asks the server for the simplest answer: no chunks, no keep-alive, and the answer ends where the stream
ends.
"""

from __future__ import annotations

import socket
import time
from urllib.parse import SplitResult

from msgspec import Struct

_DEFAULT_PORTS = {"http": 80, "https": 443}
_CHUNK = 65_536


class NoAnswer(OSError):
    """Raised if the server sent something that is not a whole HTTP answer within the limits."""


class Response(Struct, frozen=True):
    """The status and the body of an answer."""

    status: int
    body: bytes


def exchange(method: str, url: SplitResult, body: bytes, *, seconds: float, limit: int) -> Response:
    """Send one request and read the answer.

    Args:
        method: ``GET`` or ``PUT``.
        url: the address. It must have a host. User and query are not sent.
        body: the body of the request.
        seconds: the limit for everything after the name is resolved: connect, send and receive.
        limit: the largest size of the whole answer, in bytes.

    Raises:
        OSError: the server refused, was unreachable or too slow, or its answer is not HTTP, cut off or too large.
    """
    deadline = time.monotonic() + seconds
    with _connect(url, deadline) as connection:
        connection.settimeout(_left(deadline))
        connection.sendall(
            f"{method} {url.path or '/'} HTTP/1.0\r\nHost: {url.netloc}\r\nUser-Agent: gonogo\r\n"
            "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        received = bytearray()
        while len(received) <= limit:
            connection.settimeout(_left(deadline))
            if not (chunk := connection.recv(_CHUNK)):
                return _parse(bytes(received))
            received += chunk
    raise NoAnswer(f"the answer is longer than {limit} bytes")


def _connect(url: SplitResult, deadline: float) -> socket.socket:
    host = url.hostname or ""
    try:
        plain = socket.create_connection((host, url.port or _DEFAULT_PORTS[url.scheme]), timeout=_left(deadline))
    except UnicodeError as error:
        raise NoAnswer(f"{host!r} is not a valid host name") from error
    if url.scheme == "http":
        return plain
    import ssl  # noqa: PLC0415 - costs 6 ms, and most Pushgateways use plain HTTP

    plain.settimeout(_left(deadline))
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _parse(received: bytes) -> Response:
    head, found, body = received.partition(b"\r\n\r\n")
    status_line, *headers = head.decode("iso-8859-1").split("\r\n")
    words = status_line.split(maxsplit=2)
    if not found or len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdecimal():  # noqa: PLR2004 - version, status
        raise NoAnswer("the answer is not HTTP, or it is cut off")
    for header in headers:
        name, _, value = header.partition(":")
        if name.strip().lower() == "content-length" and value.strip() != str(len(body)):
            raise NoAnswer("the answer is cut off")
    return Response(int(words[1]), body)
