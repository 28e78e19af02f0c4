"""One request and one answer, with a limit of time and size."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gonogo.server.plain_exchange import Response, exchange

Script = Callable[[socket.socket], None]


def _secured(connection: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return tls.wrap_socket(connection, server_side=True) if tls else connection


@contextmanager
def server(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Accept one connection on loopback, read the head of the request, and play the script. Yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def play() -> None:
            connection, _ = listener.accept()
            with suppress(OSError), _secured(connection, tls) as answering:  # the client may leave at any moment
                answering.recv(65_536)
                script(answering)

        thread = threading.Thread(target=play)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://localhost:{listener.getsockname()[1]}"
        finally:
            thread.join(10)


def saying(*parts: bytes, pause: float = 0) -> Script:
    """Send these bytes and close the connection."""

    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return script


def ask(url: str, *, seconds: float = 5, limit: int = 10_000) -> Response:
    """Request the root."""
    return exchange("GET", urlsplit(url), b"", seconds=seconds, limit=limit)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", "not HTTP, or it is cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "not HTTP, or it is cut off"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 OK\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "cut off"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000, "longer than 10000 bytes"),
    ],
)
def test_an_incomplete_answer_is_an_error(said: bytes, error: str) -> None:
    """Half an answer, another protocol and an endless answer are errors."""
    with server(saying(said)) as url, pytest.raises(OSError, match=error):
        ask(url)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_slow_server_is_left_at_the_deadline(said: bytes) -> None:
    """The time is for the whole answer, not for each byte of it."""
    start = time.monotonic()
    with server(saying(said, *[b"x"] * 20, pause=0.05)) as url, pytest.raises(TimeoutError):
        ask(url, seconds=0.3)
    assert time.monotonic() - start < 3


def test_a_refused_connection_is_an_error() -> None:
    """The error of the system is raised."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ConnectionRefusedError):
        ask(url)


def test_without_time_no_request_is_sent() -> None:
    """After the deadline no connection is opened."""
    with pytest.raises(TimeoutError):
        ask("http://127.0.0.1:9", seconds=0)


def test_an_invalid_host_name_is_an_error() -> None:
    """A part of a name may have at most 63 characters."""
    with pytest.raises(OSError, match="is not a valid host name"):
        ask(f"http://{'x' * 70}.example")


@pytest.mark.parametrize("length", [b"", b"Content-Length: 4\r\n", b"content-length:4\r\n"])
def test_a_whole_answer_is_read(length: bytes) -> None:
    """Status and body are read, also from an answer in several pieces."""
    with server(saying(b"HTTP/1.1 404 Not", b" Found\r\n" + length + b"\r\nno", b"pe")) as url:
        assert ask(url) == Response(404, b"nope")


def test_the_request_is_plain_http_1_0() -> None:
    """The request has the path, the host, the length and the body."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def play() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.0 202 Accepted\r\n\r\n")

        thread = threading.Thread(target=play)
        thread.start()
        url = urlsplit(f"http://127.0.0.1:{listener.getsockname()[1]}/pg/metrics/job/x")
        assert exchange("PUT", url, b"a 1\n", seconds=5, limit=1000).status == 202
        thread.join()
    assert heard[0].startswith(b"PUT /pg/metrics/job/x HTTP/1.0\r\nHost: 127.0.0.1:")
    assert heard[0].endswith(b"Content-Length: 4\r\n\r\na 1\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a key and a self-signed certificate for localhost, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    file, key = folder / "cert.pem", folder / "key.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run([*new, *subject, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes(file.read_bytes() + key.read_bytes())
    return both


def server_side(certificate: Path) -> ssl.SSLContext:
    """Make the TLS settings of the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_of_an_unknown_authority_is_refused(certificate: Path) -> None:
    """The error is that of the verification."""
    answer = saying(b"HTTP/1.0 200 OK\r\n\r\nok")
    with server(answer, server_side(certificate)) as url, pytest.raises(ssl.SSLCertVerificationError):
        ask(url)


def test_tls_works_with_an_authority_of_the_system(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that OpenSSL trusts is accepted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with server(saying(b"HTTP/1.0 200 OK\r\n\r\nok"), server_side(certificate)) as url:
        assert ask(url) == Response(200, b"ok")
