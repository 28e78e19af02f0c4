"""The HTTP client against a server with every kind of fault."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from gonogo.errors import SourceError, UsageError
from gonogo.server.http import Client, HttpSettings
from gonogo.server.no_answer import LostConnection
from gonogo.server.question import LONGEST_GET
from tests.faulty_server import EMPTY_ANSWER, Behaviour, Connection, faulty

SECRET = "tops3cret"  # noqa: S105 - no secret of anything
QUICK = HttpSettings(timeout=timedelta(seconds=0.5))


def fine(connection: Connection) -> None:
    """Answer as a healthy server without samples."""
    connection.answer("200 OK", EMPTY_ANSWER)


def lose(connection: Connection) -> None:
    """Close the connection without an answer."""
    connection.sock.close()


def test_slow_headers_are_left_at_the_deadline() -> None:
    """The server sends a few header bytes at a time."""
    with faulty(lambda c: c.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000, 0.02)) as server:
        began = time.monotonic()
        with pytest.raises(SourceError, match=r"no whole answer within 0\.5 s") as caught:
            Client(QUICK).get(server.url, "/api/v1/query")
        assert time.monotonic() - began < 0.9
    assert "before any answer" in caught.value.why


def test_a_slow_body_is_left_at_the_deadline() -> None:
    """The deadline also applies in the middle of a body."""

    def drip(connection: Connection) -> None:
        connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        connection.drip(b"x" * 100_000, 0.01)

    with faulty(drip) as server, pytest.raises(SourceError, match="no whole answer") as caught:
        Client(QUICK).get(server.url, "/x")
    assert "in the middle of the answer" in caught.value.why


def test_the_connect_timeout_does_not_limit_the_answer() -> None:
    """The client waits until the deadline for a server that computes longer than a connection may take."""
    settings = HttpSettings(longest_connect=timedelta(seconds=0.2))

    def compute(connection: Connection) -> None:
        connection.ended.wait(0.6)
        connection.say(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.ended.wait(0.6)
        connection.say(EMPTY_ANSWER)

    with faulty(compute) as server:
        assert Client(settings).get(server.url, "/x", retry=False).body == EMPTY_ANSWER


def begin_and_hang(connection: Connection) -> None:
    """Begin a body and never end it."""
    connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nConnection: close\r\n\r\nx")
    connection.hang()


@pytest.mark.parametrize("behaviour", [Connection.hang, begin_and_hang])
def test_an_abandoned_connection_is_closed_and_its_thread_ends(behaviour: Behaviour) -> None:
    """The server never answers, or never ends its answer."""
    before = set(threading.enumerate())
    with faulty(behaviour) as server:
        with pytest.raises(SourceError):
            Client(QUICK).get(server.url, "/x")
        left = [thread for thread in set(threading.enumerate()) - before if thread.name == "gonogo-http"]
        for thread in left:
            thread.join(2)
        assert not any(thread.is_alive() for thread in left)


def test_a_name_that_does_not_resolve_is_a_clear_error() -> None:
    """The error says that the name cannot be resolved."""
    with pytest.raises(SourceError, match="cannot be resolved"):
        Client(QUICK).get("http://no-such-host.invalid:9090", "/x")


def test_a_refused_connection_is_tried_three_times() -> None:
    """The error comes after the pauses of two retries."""
    with faulty(fine) as server:
        gone = server.url
    began = time.monotonic()
    with pytest.raises(LostConnection, match="refused"):
        Client().get(gone, "/x")
    assert 0.4 < time.monotonic() - began < 2


def test_a_lost_connection_is_tried_again() -> None:
    """The connection closes before the answer. The request is sent again, and the answer counts."""
    with faulty(lose, lose, fine) as server:
        assert Client().get(server.url, "/x").body == EMPTY_ANSWER
        assert len(server.connections) == 3


def test_an_action_is_never_tried_again() -> None:
    """An action that may have happened is not repeated."""
    with faulty(lose) as server:
        with pytest.raises(LostConnection):
            Client().send("POST", server.url, "/-/reload")
        assert len(server.connections) == 1


def test_a_503_answer_is_tried_again_and_then_returned() -> None:
    """An answer after two times 503 counts. A constant 503 is returned as the answer."""
    unavailable = lambda c: c.answer("503 Service Unavailable", b"starting")  # noqa: E731 - read with its use
    with faulty(unavailable, unavailable, fine) as server:
        assert Client().get(server.url, "/x").status == 200
    with faulty(unavailable) as server:
        assert Client().get(server.url, "/x").status == 503
        assert len(server.connections) == 3


def test_without_retry_one_request_is_sent() -> None:
    """Polling does not need retries."""
    with faulty(lambda c: c.answer("503 Service Unavailable", b"")) as server:
        assert Client().get(server.url, "/x", retry=False).status == 503
        assert len(server.connections) == 1


def test_there_is_no_retry_after_the_deadline() -> None:
    """When the time left is shorter than the pause, the last attempt is made at once."""
    client = Client(HttpSettings(timeout=timedelta(seconds=0.3)))
    with faulty(lambda c: c.answer("503 Service Unavailable", b"")) as server:
        assert client.get(server.url, "/x").status == 503
        assert len(server.connections) == 2


def test_the_end_of_the_command_ends_every_wait() -> None:
    """The error says how long the client waited, and that no longer timeout helps. A shorter timeout ends sooner."""
    with faulty(Connection.hang) as server:
        client = Client(HttpSettings(timeout=timedelta(minutes=1))).within(until=time.monotonic() + 0.3)
        with pytest.raises(SourceError, match=r"no whole answer within 0\.[23]") as caught:
            client.get(server.url, "/x")
        assert "this command cannot wait longer" in caught.value.next_step
        with pytest.raises(SourceError, match="no whole answer within 0 s"):
            client.get(server.url, "/x")
        quick = Client().within(timeout=timedelta(seconds=0.2)).within(until=time.monotonic() + 60)
        with pytest.raises(SourceError, match=r"no whole answer within 0\.2 s") as caught:
            quick.get(server.url, "/x")
        assert "raise prometheus.timeout" in caught.value.next_step


def test_a_client_with_a_shorter_wait_has_the_same_bound_on_bytes() -> None:
    """A wait is never made longer, and lasts at least a millisecond."""
    one = Client(HttpSettings(max_bytes=10))
    other = one.within(timeout=timedelta(seconds=1)).within(timeout=timedelta(seconds=5))
    assert (one.patience, other.patience) == (timedelta(seconds=10), timedelta(seconds=1))
    assert other.within(until=time.monotonic() - 1).patience == timedelta(milliseconds=1)
    with faulty(lambda c: c.answer("200 OK", b"x" * 11)) as server, pytest.raises(SourceError, match="larger than 10"):
        other.get(server.url, "/x")


def test_a_truncated_body_is_no_answer() -> None:
    """Fewer bytes than declared are an error, not a short answer."""

    def truncate(connection: Connection) -> None:
        connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

    with faulty(truncate) as server, pytest.raises(SourceError, match="broken") as caught:
        Client().get(server.url, "/x")
    assert "ended early" in caught.value.why


def test_a_truncated_chunk_is_no_answer() -> None:
    """A chunked body without its end is an error."""

    def truncate(connection: Connection) -> None:
        connection.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc")

    with faulty(truncate) as server, pytest.raises(SourceError, match="broken"):
        Client().get(server.url, "/x")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "its gzip ended early"),
        (b"no gzip at all", "its headers say gzip, but its bytes are not gzip"),
    ],
)
def test_a_broken_gzip_is_no_answer(said: bytes, why: str) -> None:
    """Compressed bodies are checked to their end."""
    with (
        faulty(lambda c: c.answer("200 OK", said, "Content-Encoding: gzip")) as server,
        pytest.raises(SourceError) as caught,
    ):
        Client().get(server.url, "/x")
    assert caught.value.why == why


def test_an_unknown_encoding_is_no_answer() -> None:
    """The client reads no encoding except gzip."""
    with (
        faulty(lambda c: c.answer("200 OK", b"x", "Content-Encoding: br")) as server,
        pytest.raises(SourceError) as caught,
    ):
        Client().get(server.url, "/x")
    assert "'br'" in caught.value.why


def test_an_unrequested_gzip_is_read_on_loopback() -> None:
    """On loopback the client does not request compression, but reads a compressed answer."""
    packed = gzip.compress(EMPTY_ANSWER)
    with faulty(lambda c: c.answer("200 OK", packed, "Content-Encoding: gzip")) as server:
        assert Client().get(server.url, "/x").body == EMPTY_ANSWER
        assert "accept-encoding: identity" in server.requests[0].lower()


def test_an_answer_that_is_not_http_is_an_error() -> None:
    """The error quotes the first line of the other protocol."""
    with (
        faulty(lambda c: c.say(b"SSH-2.0-OpenSSH_9.2\x1b[2J\r\n")) as server,
        pytest.raises(SourceError, match="not HTTP") as caught,
    ):
        Client().get(server.url, "/x")
    assert "SSH-2.0" in caught.value.why
    assert "\x1b" not in str(caught.value)


def test_a_header_line_without_a_colon_is_ignored() -> None:
    """The rest of the answer is read."""
    with faulty(lambda c: c.say(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\nx")) as server:
        assert Client().get(server.url, "/x").status == 200


@pytest.mark.parametrize("header", ["X: " + "y" * 70_000, "Content-Length: 1, 2", "X: y\r\n" * 200])
def test_unreadable_headers_are_an_error_with_a_cause(header: str) -> None:
    """Headers that are too long, contradictory or too many never end as a bug."""
    with (
        faulty(lambda c: c.say(f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode())) as server,
        pytest.raises(SourceError) as caught,
    ):
        Client().get(server.url, "/x")
    assert caught.value.why


def test_an_answer_of_exactly_the_bound_is_read() -> None:
    """One byte more is refused, compressed or not."""
    exactly = HttpSettings(max_bytes=1000)
    for size, body in ((1000, b"x" * 1000), (1001, b"x" * 1001)):
        for sent, header in ((body, "X: y"), (gzip.compress(body), "Content-Encoding: gzip")):
            with faulty(lambda c, s=sent, h=header: c.say(f"HTTP/1.1 200 OK\r\n{h}\r\n\r\n".encode() + s)) as server:  # type: ignore[misc]
                if size > exactly.max_bytes:
                    with pytest.raises(SourceError, match="larger than 1000 bytes"):
                        Client(exactly).get(server.url, "/x")
                else:
                    assert Client(exactly).get(server.url, "/x").body == body


def test_a_declared_length_over_the_bound_is_refused_at_once() -> None:
    """The body of two gigabytes is not read."""

    def huge(connection: Connection) -> None:
        connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        connection.hang()

    with faulty(huge) as server, pytest.raises(SourceError, match="larger than 268435456 bytes"):
        Client().get(server.url, "/x")


MEASURE = """
import json, resource, sys
from datetime import timedelta
from gonogo.errors import SourceError
from gonogo.server.http import Client, HttpSettings
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    Client(HttpSettings(timeout=timedelta(seconds=60), max_bytes=int(sys.argv[2]))).get(sys.argv[1], "/x")
except SourceError as error:
    print(json.dumps([error.what, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024]))
"""


def growth(url: str, max_bytes: int) -> tuple[str, int]:
    """Send a request in another process. Return the error, and the growth of its memory in bytes."""
    argv = [sys.executable, "-c", MEASURE, url, str(max_bytes)]
    told = json.loads(subprocess.run(argv, capture_output=True, check=True, timeout=110).stdout)
    return told[0], told[1]


def test_a_stream_of_two_gigabytes_ends_at_the_bound() -> None:
    """An endless body costs no more memory than the bound, and the connection is closed."""
    mebibyte = b"x" * (1 << 20)

    def stream(connection: Connection) -> None:
        connection.say(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(2048):
            connection.say(mebibyte)

    with faulty(stream) as server:
        what, grown = growth(server.url, 32 << 20)
        sent = server.connections[0].sent
    assert what == "the answer is larger than 33554432 bytes"
    assert grown < 48 << 20
    assert sent < 64 << 20


def test_a_gzip_bomb_ends_at_the_bound() -> None:
    """A small body that unpacks to 256 MB costs no more memory than the bound."""
    bomb = gzip.compress(bytes(256 << 20), 1)
    with faulty(lambda c: c.answer("200 OK", bomb, "Content-Encoding: gzip")) as server:
        what, grown = growth(server.url, 8 << 20)
    assert what == "the answer is larger than 8388608 bytes"
    assert grown < 24 << 20


def test_a_redirect_to_another_port_is_refused_with_its_target() -> None:
    """Credentials and headers are not sent there. The error names the target without its query."""
    settings = HttpSettings(authorization=f"Bearer {SECRET}", headers={"X-Scope-OrgID": "team-a"})
    with faulty(fine) as elsewhere:
        target = f"Location: {elsewhere.url}/login?session=abc#x"
        with (
            faulty(lambda c: c.answer("302 Found", b"", target)) as server,
            pytest.raises(SourceError, match=r"redirect \(302\)") as caught,
        ):
            Client(settings).get(server.url, "/x")
        assert elsewhere.connections == []
    assert f"{elsewhere.url}/login; gonogo does not follow a redirect to another port" in caught.value.why
    assert "session" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://127.0.0.2:{port}/x", "another host"),
        ("http://user:pw@127.0.0.1:{port}/x", "not the URL of a server"),
        ("ftp://127.0.0.1:{port}/x", "not the URL of a server"),
        ("http://[", "not the URL of a server"),
        ("", "no place to read from"),
    ],
)
def test_a_redirect_to_another_place_is_refused(location: str, why: str) -> None:
    """The target is another host, a URL with a password, another protocol, or empty."""
    pointing = lambda c: c.answer("307 Temporary Redirect", b"", f"Location: {location.format(port=port(c))}")  # noqa: E731 - read with its use
    with faulty(pointing) as server, pytest.raises(SourceError, match="redirect") as caught:
        Client().get(server.url, "/x")
    assert why in caught.value.why
    assert len(server.connections) == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_read_follows_a_redirect_on_the_same_server(status: str) -> None:
    """The request goes to the new path with the same credentials and headers, and with the query of the redirect."""
    settings = HttpSettings(authorization=f"Bearer {SECRET}", headers={"X-Scope-OrgID": "team-a"})
    moved = lambda c: c.answer(status, b"", "Location: ../prom/api/v1/query?query=up&a=b#x")  # noqa: E731 - read with its use
    again = lambda c: c.answer(status, b"", "Location: ./rest?c=d")  # noqa: E731 - read with its use
    with faulty(moved, again, fine) as server:
        answer = Client(settings).get(f"{server.url}/old", "/query", {"query": "up"})
        assert answer.status == 200
        assert answer.url == f"{server.url}/old/query"
        first, second, third = server.requests
    assert first.startswith("GET /old/query?query=up HTTP")
    assert second.startswith("GET /prom/api/v1/query?query=up&a=b HTTP")
    assert third.startswith("GET /prom/api/v1/rest?c=d HTTP")
    for request in (first, second, third):
        assert f"Authorization: Bearer {SECRET}" in request
        assert "X-Scope-OrgID: team-a" in request


def test_redirects_are_followed_a_limited_number_of_times() -> None:
    """The server redirects in a circle."""
    with (
        faulty(lambda c: c.answer("302 Found", b"", "Location: /x")) as server,
        pytest.raises(SourceError, match="redirect") as caught,
    ):
        Client().get(server.url, "/x")
    assert "has followed 5 redirects already" in caught.value.why
    assert len(server.connections) == 5


def test_an_action_or_a_request_with_a_body_follows_no_redirect() -> None:
    """A reload, and a query that is posted because of its length, stop at a redirect."""
    with faulty(lambda c: c.answer("307 Temporary Redirect", b"", "Location: /y")) as server:
        with pytest.raises(SourceError, match="redirect") as caught:
            Client().send("POST", server.url, "/-/reload")
        assert "points to /y; gonogo does not send a request for an action a second time" in caught.value.why
        with pytest.raises(SourceError, match="redirect") as caught:
            Client().get(server.url, "/x", {"query": "x" * LONGEST_GET})
        assert "gonogo does not send a request with a body a second time" in caught.value.why
        assert len(server.connections) == 2


def port(connection: Connection) -> int:
    """Return the port of a connection to the faulty server."""
    return int(connection.sock.getsockname()[1])


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Host", "x", "written by the HTTP client itself"),
        ("content-LENGTH", "5", "written by the HTTP client itself"),
        ("Transfer-Encoding", "chunked", "written by the HTTP client itself"),
        ("authorization", "Bearer x", "use authorization or basic_auth"),
        ("X-A: b\r\nX-C", "x", "not a valid header name"),
        ("X-A\n", "x", "not a valid header name"),
        ("", "x", "not a valid header name"),
        ("X-A", f"{SECRET}\r\nX-B: c", "line break"),
        ("X-A", f"{SECRET}é", "printable ASCII"),
        ("X-A", "", "empty"),
    ],
)
def test_an_invalid_header_is_refused(name: str, value: str, why: str) -> None:
    """No header can be smuggled in, and no header of the client can be replaced. The error shows no value."""
    with pytest.raises(UsageError, match="cannot be sent") as caught:
        HttpSettings(headers={name: value})
    assert why in str(caught.value)
    assert SECRET not in str(caught.value)


def test_headers_are_sent_with_every_request_and_never_shown() -> None:
    """A read, a posted read and an action send the headers. A repr or a quotation shows no value."""
    settings = HttpSettings(headers={"X-Scope-OrgID": "team-a|team-b", "X-Api-Key": SECRET})
    with faulty(lambda c: c.answer("401 Unauthorized", c.request)) as server:
        client = Client(settings)
        answer = client.get(server.url, "/x")
        client.get(server.url, "/x", {"query": "x" * LONGEST_GET})
        client.send("POST", server.url, "/-/reload")
        assert all(f"X-Scope-OrgID: team-a|team-b\r\nX-Api-Key: {SECRET}\r\n" in one for one in server.requests)
        assert len(server.requests) == 3
    shown = f"{settings!r} {client.quoted(answer.body)}"
    assert SECRET not in shown
    assert "team-" not in shown


@pytest.mark.parametrize("header", [f"Bearer {SECRET}\n", f"Bearer {SECRET}é"])
def test_credentials_with_invalid_characters_are_refused(header: str) -> None:
    """The error names the problem, and not the secret."""
    with pytest.raises(UsageError, match="cannot be sent") as caught:
        HttpSettings(authorization=header)
    assert SECRET not in str(caught.value)


def test_credentials_in_a_status_line_or_redirect_are_not_shown() -> None:
    """The error quotes the first line of the answer, or the target of the redirect, without the credentials."""
    client = Client(HttpSettings(authorization=f"Bearer {SECRET}"))
    for said in (f"Bearer {SECRET}\r\n", f"HTTP/1.1 302 Found\r\nLocation: /{SECRET}\r\n\r\n"):
        with faulty(lambda c, s=said: c.say(s.encode())) as server, pytest.raises(SourceError) as caught:  # type: ignore[misc]
            client.get(server.url, "/x")
        assert SECRET not in str(caught.value)
        assert "<secret>" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/ü", "http://a..b", f"http://{'a' * 70}.test", "http://127.0.0.1:0"]
)
def test_an_odd_url_is_a_source_error(url: str) -> None:
    """An odd URL never ends as a bug."""
    with pytest.raises(SourceError):
        Client(QUICK).get(url, "/x", retry=False)


def test_an_odd_server_name_is_a_source_error() -> None:
    """An odd name for the certificate never ends as a bug."""
    with faulty(fine) as server, pytest.raises(SourceError, match="cannot be asked"):
        Client(HttpSettings(server_name=".")).get(server.url.replace("http", "https"), "/x")


def test_credentials_are_sent_and_never_shown() -> None:
    """A repr, an error and a quotation of the server's answer have no credentials."""
    for settings in (HttpSettings(authorization=f"Bearer {SECRET}"), HttpSettings(basic=("ann", SECRET))):
        with faulty(lambda c: c.answer("401 Unauthorized", c.request)) as server:
            client = Client(settings)
            answer = client.get(server.url, "/x")
        header = settings.header()
        assert header is not None
        assert f"authorization: {header}" in server.requests[0].lower() or header in server.requests[0]
        shown = f"{settings!r} {client.quoted(answer.body)}"
        assert SECRET not in shown
        assert header.split()[1] not in shown


def test_the_prefix_of_the_url_is_kept() -> None:
    """Requests go to the path of the server, and so does a long query, which is posted."""
    with faulty(fine) as server:
        client = Client()
        assert client.get(f"{server.url}/prom/", "/api/v1/query", {"query": "a b"}).url == (
            f"{server.url}/prom/api/v1/query"
        )
        client.get(f"{server.url}/prom", "/api/v1/query", {"query": "x" * LONGEST_GET})
        first, second = server.requests
    assert first.startswith("GET /prom/api/v1/query?query=a+b HTTP/1.1\r\n")
    assert second.startswith("POST /prom/api/v1/query HTTP/1.1\r\n")
    assert "application/x-www-form-urlencoded" in second
    assert second.endswith("query=" + "x" * LONGEST_GET)


def test_a_missing_authority_file_is_an_error_before_any_request() -> None:
    """The error names the missing file."""
    client = Client(HttpSettings(ca_file="no/such/ca.pem"))
    with pytest.raises(SourceError, match="certificate authority") as caught:
        client.get("https://127.0.0.1:1", "/x")
    assert caught.value.where == "no/such/ca.pem"


def test_https_to_a_server_without_tls_is_an_error() -> None:
    """The error names TLS."""
    with (
        faulty(lambda c: c.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server,
        pytest.raises(SourceError, match="TLS"),
    ):
        Client().get(server.url.replace("http", "https"), "/x")


def test_a_text_that_is_no_address_is_a_usage_error() -> None:
    """An address that is not the URL of a server is a mistake in the policy, not a failure of the server."""
    with pytest.raises(UsageError):
        Client().get("127.0.0.1:9090", "/x")
