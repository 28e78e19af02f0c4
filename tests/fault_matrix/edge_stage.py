"""The shop's world scraped by an agent, which writes to the server through a link that can break."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import yaml

from gonogo.programs.processes import HOST, Program, start
from gonogo.programs.running import locate
from gonogo.programs.server_process import RunningServer
from tests.fault_matrix.estate_stage import POLICY, EstateStage, estate, scraped

WRITE = "/api/v1/write"


@dataclass
class Link:
    """The way from the agent to the server.

    Attributes:
        url: the address that the agent writes to.
        broken: the status that answers a write, which then goes nowhere; ``None`` while the link works.
        hold: set = writes pass or fail at once. Cleared = they wait.
    """

    url: str
    broken: int | None = None
    hold: threading.Event = field(default_factory=threading.Event)


@contextmanager
def link(upstream: str) -> Iterator[Link]:
    """Pass remote writes on to a server, until told otherwise."""

    class Handler(BaseHTTPRequestHandler):
        """Passes a write on, with its headers."""

        found: ClassVar[Link]

        def do_POST(self) -> None:
            """Write to the server, or break."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.found.hold.wait()
            status = self.found.broken or self._passed_on(body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _passed_on(self, body: bytes) -> int:
            parts = urlsplit(upstream)
            connection = HTTPConnection(parts.hostname or HOST, parts.port, timeout=30)
            try:
                names = ("Content-Encoding", "Content-Type", "X-Prometheus-Remote-Write-Version")
                connection.request("POST", WRITE, body, {n: self.headers[n] for n in names if n in self.headers})
                return connection.getresponse().status
            except OSError:
                return 502
            finally:
                connection.close()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Keep quiet: the test says what happened."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    found = Handler.found = Link(f"http://{HOST}:{server.server_address[1]}{WRITE}")
    found.hold.set()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def agent(folder: Path, configuration: Path) -> Iterator[RunningServer]:
    """Run Prometheus as an agent, which scrapes and writes, and answers no queries."""
    told = subprocess.run([locate("prometheus"), "--help"], capture_output=True, text=True, check=False)
    flag = "--agent" if "--[no-]agent" in told.stdout + told.stderr else "--enable-feature=agent"

    def argv(port: int) -> tuple[str, ...]:
        data = f"--storage.agent.path={folder / 'agent'}"
        return (flag, f"--config.file={configuration}", data, f"--web.listen-address={HOST}:{port}")

    with start(Program("prometheus", "/-/ready"), folder / "logs", argv) as server:
        yield server


@dataclass
class EdgeStage(EstateStage):
    """The world with an agent between the instances and the server."""

    link: Link
    agent: RunningServer


@contextmanager
def edge_stage() -> Iterator[EdgeStage]:
    """Let an agent take over the scrapes of the world, and name it in the policy as what knows the targets."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as held:
        folder = Path(made)
        flags = ("--web.enable-remote-write-receiver",)
        place = held.enter_context(estate(folder, flags=flags, jobs=False))
        way = held.enter_context(link(place.server.url))
        queue = {"batch_send_deadline": "200ms", "min_backoff": "100ms", "max_backoff": "500ms"}
        root = scraped(place.exporters) | {"remote_write": [{"url": way.url, "queue_config": queue}]}
        del root["rule_files"], root["global"]["evaluation_interval"]
        configuration = folder / "agent.yml"
        configuration.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
        edge = held.enter_context(agent(folder, configuration))
        policy = {**POLICY, "prometheus": {"targets_url": edge.url}}
        place.policy.write_text(yaml.safe_dump(policy, sort_keys=False), encoding="utf-8")
        yield EdgeStage(place.folder, place.server, place.proxy, place.exporters, place.held, way, edge)
