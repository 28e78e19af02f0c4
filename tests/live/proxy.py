"""A real HTTP proxy in front of one real server or several, that can spoil what passes through it."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from msgspec import Struct

from gonogo.model.replacing import replace


class Passing(Struct, frozen=True):
    """An answer on its way: what was asked, and what comes back."""

    path: str
    status: int
    body: bytes
    kind: str = "application/json"
    promised: int | None = None
    """The Content-Length to claim, where it is not the body's."""
    headers: tuple[tuple[str, str], ...] = ()
    drip: float = 0.0
    """Seconds to wait before each byte of the body."""
    asked_with: Mapping[str, str] = {}
    """The headers of the question, names in small letters."""
    asked: str = ""
    """The body of the question."""


Spoil = Callable[[Passing], Passing]


@dataclass
class Proxy:
    """Where the proxy listens, and what it does to answers now."""

    url: str
    route: Callable[[str], str]
    """The server that a question goes to, by its path."""
    spoil: Spoil = field(default=lambda passing: passing)
    hold: threading.Event = field(default_factory=threading.Event)
    """Set: answers pass. Cleared: they wait."""


@dataclass
class Replay:
    """Repeats the chosen answers of an earlier moment while ``on``. A question without an answer yet gets a new one."""

    chosen: Callable[[Passing], bool] = lambda _: True
    on: bool = False
    _answers: dict[tuple[str, str], Passing] = field(default_factory=dict)

    def __call__(self, passing: Passing) -> Passing:
        """Return the old answer to the same question, or keep this one."""
        key = (passing.path, passing.asked)
        if self.on and self.chosen(passing):
            return self._answers.setdefault(key, passing)
        self._answers[key] = passing
        return passing


def in_turn(*urls: str) -> Callable[[str], str]:
    """Send each question to the next server, as a load balancer does."""
    turns = itertools.cycle(urls)
    return lambda _: next(turns)


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:  # noqa: C901 - one small server, read as one
    """Run a proxy in front of ``upstream`` on a free loopback port."""
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        """Fetches from upstream, spoils, answers."""

        protocol_version = "HTTP/1.0"
        opened: ClassVar[Proxy]

        def do_GET(self) -> None:
            """Pass a question on."""
            length = int(self.headers.get("Content-Length") or 0)
            asked = self.rfile.read(length) if length else None
            parts = urlsplit(self.opened.route(self.path))
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=110)
            kept = {k: v for k, v in self.headers.items() if k.lower() in {"content-type", "accept"}}
            try:
                connection.request(self.command, self.path, asked, kept)
                answer = connection.getresponse()
                kind = answer.headers.get("Content-Type", "")
                passing = Passing(self.path, answer.status, answer.read(), kind)
            except OSError:
                passing = Passing(self.path, 502, b"upstream is gone", "text/plain")
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                passing = replace(passing, asked_with=headers, asked=(asked or b"").decode())
            finally:
                connection.close()
            while not self.opened.hold.wait(0.05) and not stopping.is_set():
                pass
            self._answer(self.opened.spoil(passing))

        do_POST = do_GET  # noqa: N815 - the library looks methods up by this name

        def _answer(self, passing: Passing) -> None:
            try:
                self.send_response(passing.status)
                self.send_header("Content-Type", passing.kind)
                promised = len(passing.body) if passing.promised is None else passing.promised
                self.send_header("Content-Length", str(promised))
                for name, value in passing.headers:
                    self.send_header(name, value)
                self.end_headers()
                if not passing.drip:
                    self.wfile.write(passing.body)
                    return
                for byte in passing.body:
                    if stopping.wait(passing.drip):
                        return
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Keep quiet: the test says what happened."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    opened = Proxy(f"http://127.0.0.1:{server.server_address[1]}", lambda _: upstream)
    opened.hold.set()
    Handler.opened = opened
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield opened
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
