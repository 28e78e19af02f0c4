"""Connections: the headers that they send, and malformed answers."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from gonogo.errors import SourceError
from gonogo.server.address import Address, parse_address
from gonogo.server.connection import Connection, tls_context
from gonogo.server.http import Client, HttpSettings
from tests.faulty_server import EMPTY_ANSWER, faulty
from tests.faulty_server import Connection as Exchange


def asked(connection: Connection) -> str:
    """Return the bytes that a connection would send for a question."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection.sock = ours
        connection.request("GET", "/x", None, {"Accept-Encoding": "identity", "Connection": "close"})
        return theirs.recv(65_536).decode()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://prom.test", "prom.test"),
        ("http://prom.test:80", "prom.test"),
        ("http://prom.test:443", "prom.test:443"),
        ("https://prom.test", "prom.test"),
        ("https://prom.test:443", "prom.test"),
        ("https://prom.test:80", "prom.test:80"),
        ("http://prom.test.:9090/prefix", "prom.test:9090"),
        ("http://[::1]:9090", "[::1]:9090"),
        ("https://[::1]", "[::1]"),
    ],
)
def test_the_host_header_has_the_name_of_the_url(url: str, host: str) -> None:
    """The default port and a final dot are left out, and IPv6 has brackets. Each header is sent once."""
    told = asked(Connection(parse_address(url), 1.0, None))
    head, *headers = told.removesuffix("\r\n\r\n").split("\r\n")
    assert head == "GET /x HTTP/1.1"
    assert sorted(headers) == ["Accept-Encoding: identity", "Connection: close", f"Host: {host}"]


def test_an_invalid_host_name_is_a_clear_error() -> None:
    """The error is in plain words, not in the words of a codec."""
    with pytest.raises(ValueError, match=r"'a\.\.b' is not a valid host name"):
        Connection(Address("http", "a..b", 80, ""), 1.0, None).connect()


def test_a_server_on_ipv6_is_reached() -> None:
    """The server listens on IPv6 only."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:

        def serve() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.recv(65_536)
                sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + EMPTY_ANSWER)

        serving = threading.Thread(target=serve)
        serving.start()
        assert Client().get(f"http://[::1]:{listener.getsockname()[1]}", "/x").body == EMPTY_ANSWER
        serving.join()


def test_the_tls_handshake_has_http_1_1_and_the_name_without_its_final_dot() -> None:
    """The server chooses its certificate and its protocol by these values."""
    sent = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hear() -> None:
            sock, _ = listener.accept()
            with sock:
                sent.append(sock.recv(65_536))

        hearing = threading.Thread(target=hear)
        hearing.start()
        context = tls_context(ca_file=None, cert_file=None, key_file=None, verify=True)
        address = Address("https", "127.0.0.1", listener.getsockname()[1], "")
        connection = Connection(address, 5.0, (context, "prom.test."))
        with pytest.raises((ssl.SSLError, ConnectionError)):
            connection.connect()
        connection.close()
        hearing.join()
    assert b"\x08http/1.1" in sent[0]
    assert b"\x00\x09prom.test" in sent[0]
    assert b"prom.test." not in sent[0]


def test_a_slow_handshake_is_closed_at_the_deadline() -> None:
    """The thread of the connection ends as well."""
    before = set(threading.enumerate())
    record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + b"\0" * 1000
    with faulty(lambda c: c.drip(record, 0.05)) as server:
        with pytest.raises(SourceError, match="no whole answer"):
            Client(HttpSettings(timeout=timedelta(seconds=0.4))).get(server.url.replace("http", "https"), "/x")
        left = [thread for thread in set(threading.enumerate()) - before if thread.name == "gonogo-http"]
        for thread in left:
            thread.join(2)
        assert not any(thread.is_alive() for thread in left)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"64\r\nabc",
        b"3\r\nabc",
        b"3\r\nabc\r\n",
        b"3\r\nabcXX4\r\n",
        b"-1\r\nabc\r\n0\r\n\r\n",
        b"-5\r\nabc\r\n0\r\n\r\n",
        b"many\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\r\n" + b"0" * 70_000,
    ],
)
def test_malformed_chunks_are_no_answer(body: bytes) -> None:
    """The body is cut off, or a chunk has an invalid size."""
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    with faulty(lambda c: c.say(said)) as server, pytest.raises(SourceError, match="the answer is broken"):
        Client().get(server.url, "/x")


def test_chunks_are_joined() -> None:
    """Chunks may have any size, extensions and a trailer."""
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\nT: u\r\n\r\n"
    with faulty(lambda c: c.say(said)) as server:
        assert Client().get(server.url, "/x").body == b"abc"


def test_an_interim_answer_is_skipped() -> None:
    """``100 Continue`` is not the answer."""
    said = b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more"
    with faulty(lambda c: c.say(said)) as server:
        assert Client().get(server.url, "/x").body == b"{}"


PEAK = """\
import json, resource, sys
from gonogo.errors import SourceError
from gonogo.server.http import Client, HttpSettings
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    Client(HttpSettings(max_bytes=1_000_000)).get(sys.argv[1], "/x")
except SourceError as error:
    said = str(error)
print(json.dumps([said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


def test_a_chunk_of_negative_size_is_not_read_without_a_bound() -> None:
    """Python's library reads a size of -1 as "everything", so the client must keep the bound."""

    def flood(connection: Exchange) -> None:
        connection.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
        for _ in range(100):
            connection.say(b"x" * 1_000_000)

    with faulty(flood) as server:
        done = subprocess.run(
            [sys.executable, "-c", PEAK, server.url], capture_output=True, text=True, check=True, timeout=110
        )
    said, grown = json.loads(done.stdout)
    assert "broken" in said or "larger" in said
    assert grown < 20_000
