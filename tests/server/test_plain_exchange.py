"""One request and one answer, within a time and a size."""

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
    """Accept one connection on loopback, read its request's head, and play the script; gives the URL."""
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
    """Answer with these bytes and hang up."""

    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return script


def ask(url: str, *, seconds: float = 5, limit: int = 10_000) -> Response:
    """Ask for the root."""
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
def test_what_is_no_whole_answer_is_an_error(said: bytes, error: str) -> None:
    """Half an answer, another protocol and an endless answer are errors."""
    with server(saying(said)) as url, pytest.raises(OSError, match=error):
        ask(url)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_is_left_at_the_deadline(said: bytes) -> None:
    """The time is for the whole answer, not for each byte of it."""
    start = time.monotonic()
    with server(saying(said, *[b"x"] * 20, pause=0.05)) as url, pytest.raises(TimeoutError):
        ask(url, seconds=0.3)
    assert time.monotonic() - start < 3


def test_a_refused_connection_says_so() -> None:
    """The system's own words arrive."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ConnectionRefusedError):
        ask(url)


def test_no_time_is_no_request() -> None:
    """A deadline that has passed connects to nobody."""
    with pytest.raises(TimeoutError):
        ask("http://127.0.0.1:9", seconds=0)


def test_a_host_that_cannot_be_a_name_is_an_error() -> None:
    """A label of a name over 63 characters is refused in words."""
    with pytest.raises(OSError, match="is not a valid host name"):
        ask(f"http://{'x' * 70}.example")


@pytest.mark.parametrize("length", [b"", b"Content-Length: 4\r\n", b"content-length:4\r\n"])
def test_a_whole_answer_is_read(length: bytes) -> None:
    """Status and body come back, however they arrive."""
    with server(saying(b"HTTP/1.1 404 Not", b" Found\r\n" + length + b"\r\nno", b"pe")) as url:
        assert ask(url) == Response(404, b"nope")


def test_the_request_is_plain_http_1_0() -> None:
    """Path, host and length are there; the body follows."""
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
    """Make a key and a certificate for localhost, signed by itself, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    file, key = folder / "cert.pem", folder / "key.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run([*new, *subject, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes(file.read_bytes() + key.read_bytes())
    return both


def server_side(certificate: Path) -> ssl.SSLContext:
    """Make the server's half of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_nobody_vouches_for_is_refused(certificate: Path) -> None:
    """An unknown authority is an error, never a shrug."""
    answer = saying(b"HTTP/1.0 200 OK\r\n\r\nok")
    with server(answer, server_side(certificate)) as url, pytest.raises(ssl.SSLCertVerificationError):
        ask(url)


def test_tls_works_with_an_authority_of_the_system(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that OpenSSL trusts is accepted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with server(saying(b"HTTP/1.0 200 OK\r\n\r\nok"), server_side(certificate)) as url:
        assert ask(url) == Response(200, b"ok")
