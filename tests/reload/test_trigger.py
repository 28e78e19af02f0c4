"""The proof in each answer to a request for a reload."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from gonogo.reload.trigger import Reply, Triggered, post_reload
from gonogo.server.http import Client, HttpSettings
from gonogo.server.no_answer import LONGEST_REASON
from tests.faulty_server import Behaviour, Connection, faulty

SOON = timedelta(seconds=0.3)
LATER = timedelta(seconds=10)
STOPPING = "X-Prometheus-Stopping: true"
STARTING = "X-Prometheus-Stopping: false"


def answered(status: str, body: bytes = b"", *headers: str) -> Triggered:
    """Send the request to a server with this answer."""
    return asked(lambda connection: connection.answer(status, body, *headers), LATER)


def asked(behaviour: Behaviour, timeout: timedelta = SOON) -> Triggered:
    """Send one request to a server with this behaviour."""
    with faulty(behaviour) as server:
        told = post_reload(Client(), server.url, timeout)
        assert [request.partition(" HTTP")[0] for request in server.requests] == ["POST /-/reload"]
        return told


@pytest.mark.parametrize(
    ("status", "body", "header", "reply"),
    [
        ("200 OK", b"", "", Reply.LOADED),
        ("500 Internal Server Error", b"failed to reload config: x", "", Reply.REJECTED),
        ("500 Internal Server Error", b"a proxy's own", "", Reply.UNANSWERED),
        ("502 Bad Gateway", b"", "", Reply.UNANSWERED),
        ("503 Service Unavailable", b"Service Unavailable", STARTING, Reply.NOT_READY),
        ("503 Service Unavailable", b"Service Unavailable", "", Reply.NOT_READY),
        ("503 Service Unavailable", b"Service Unavailable", STOPPING, Reply.STOPPING),
        ("503 Service Unavailable", b"upstream connect error", "", Reply.UNANSWERED),
        ("504 Gateway Timeout", b"", "", Reply.UNANSWERED),
        ("403 Forbidden", b"Lifecycle API is not enabled.\n", "", Reply.DISABLED),
        ("403 Forbidden", b"no", "", Reply.NO_ACCESS),
        ("401 Unauthorized", b"no", "", Reply.NO_ACCESS),
        ("404 Not Found", b"404 page not found", "", Reply.WRONG_ADDRESS),
        ("405 Method Not Allowed", b"", "", Reply.WRONG_ADDRESS),
        ("408 Request Timeout", b"", "", Reply.UNANSWERED),
        ("302 Found", b"", "Location: /login", Reply.WRONG_ADDRESS),
        ("202 Accepted", b"", "", Reply.UNANSWERED),
    ],
)
def test_only_an_answer_of_the_server_itself_is_proof(status: str, body: bytes, header: str, reply: Reply) -> None:
    """The answer of a gateway proves only that the request went no further."""
    told = answered(status, body, *([header] if header else []))
    assert told.reply is reply
    assert told.settled is (reply is not Reply.UNANSWERED)
    assert told.accepted is {Reply.LOADED: True, Reply.UNANSWERED: None}.get(reply, False)
    assert bool(told.next_step) is (reply is not Reply.LOADED)


def _leave(connection: Connection) -> None:
    connection.sock.close()


@pytest.mark.parametrize(
    "behaviour",
    [lambda connection: connection.hang(), _leave, lambda connection: connection.say(b"HTTP/1.")],
    ids=["hangs", "leaves", "half"],
)
def test_an_incomplete_answer_proves_nothing(behaviour: Behaviour) -> None:
    """The server may be reloading. It gets only one request."""
    told = asked(behaviour)
    assert (told.reply, told.settled, told.accepted) == (Reply.UNANSWERED, False, None)
    assert told.seconds > 0


def test_a_refused_connection_proves_that_nothing_happened() -> None:
    """The request reached no server."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        told = post_reload(Client(), f"http://127.0.0.1:{held.getsockname()[1]}", SOON)
    assert (told.reply, told.settled, told.accepted) == (Reply.UNREACHED, True, False)


def test_the_reason_keeps_its_end_and_hides_credentials() -> None:
    """The line of the mistake comes after long paths. A proxy may repeat the credentials of the request."""
    body = b"failed to reload config: " + b"x" * 900 + b" Bearer s3cret line 7"
    with faulty(lambda connection: connection.answer("500 X", body)) as server:
        told = post_reload(Client(HttpSettings(authorization="Bearer s3cret")), server.url, LATER)
    assert told.detail.endswith("line 7")
    assert "s3cret" not in told.detail
    assert len(answered("500 X", b"x" * 9000).detail) < LONGEST_REASON + 100
