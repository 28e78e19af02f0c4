"""A real TCP server on loopback whose every byte a test chooses, for faults that no healthy server has."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[["Connection"], None]

_TLS_HANDSHAKE = b"\x16"
EMPTY_ANSWER = b'{"status":"success","data":{"resultType":"vector","result":[]}}'


@dataclass(slots=True)
class Connection:
    """A connection: its request, and the ways to answer."""

    sock: socket.socket
    ended: threading.Event
    request: bytes = b""
    sent: int = 0

    def say(self, piece: bytes) -> None:
        """Send some bytes."""
        self.sock.sendall(piece)
        self.sent += len(piece)

    def answer(self, status: str, body: bytes, *headers: str) -> None:
        """Send a whole answer."""
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
        self.say("\r\n".join(lines).encode() + body)

    def drip(self, piece: bytes, pause: float) -> None:
        """Send single bytes, each after a pause, until the test ends."""
        for byte in piece:
            if self.ended.wait(pause):
                return
            self.say(bytes([byte]))

    def hang(self) -> None:
        """Send nothing more until the test ends."""
        self.ended.wait()


@dataclass(slots=True)
class FaultyServer:
    """The URL of the server, and its connections."""

    url: str
    connections: list[Connection] = field(default_factory=list)

    @property
    def requests(self) -> list[str]:
        """The requests so far, with heads and bodies."""
        return [connection.request.decode() for connection in self.connections]


@contextmanager
def faulty(*behaviours: Behaviour) -> Iterator[FaultyServer]:
    """Serve each connection with the behaviour of the same position. Further connections get the last behaviour."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = FaultyServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threads: list[threading.Thread] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    sock, _ = listener.accept()
                    connection = Connection(sock, ended)
                    server.connections.append(connection)
                    behaviour = behaviours[min(len(server.connections), len(behaviours)) - 1]
                    threads.append(threading.Thread(target=_behave, args=(connection, behaviour)))
                    threads[-1].start()

        accepting = threading.Thread(target=serve)
        accepting.start()
        try:
            yield server
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


def _behave(connection: Connection, behaviour: Behaviour) -> None:
    with connection.sock, suppress(OSError):
        connection.request = _request(connection.sock)
        behaviour(connection)


def _request(sock: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read and read[:1] != _TLS_HANDSHAKE:
        if not (piece := sock.recv(65_536)):
            return read
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length and (piece := sock.recv(65_536)):
        read += piece
        body += piece
    return read
