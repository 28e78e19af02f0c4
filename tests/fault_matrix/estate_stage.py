"""The stage of a shop's own world: services with instances of their own, rules written by hand, and no sandbox.

Two services, ``cart`` and ``pay``, have two instances each. Every instance exports what the test says, as long as it
lives. The policy has no preset, and its realm is ``prod``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import yaml

from gonogo.model.verdict import Report
from gonogo.programs.processes import HOST, prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from tests.fault_matrix.stage import Judged
from tests.live.proxy import Proxy, proxy
from tests.waiting import await_true

INSTANCES = ("cart-1", "cart-2", "pay-1", "pay-2")

Text = Callable[[float], str]
"""Writes the metrics of an instance at a unix time."""


@dataclass
class Exporter:
    """An exporter on a reserved port. ``text`` writes its metrics. While it is not ``alive``, nothing listens."""

    text: Text
    alive: bool = True
    port: int = 0
    started: float = field(default_factory=time.time)

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"{HOST}:{self.port}"


def instance_text(name: str, started: float) -> Text:
    """Write the counters and gauges of a healthy instance of a service."""
    service = name.partition("-")[0]
    labels = f'service="{service}",metric_realm="prod"'

    def text(now: float) -> str:
        count = int(100 * (now - started))
        lines = (
            "# TYPE process_start_time_seconds gauge",
            f"process_start_time_seconds {started:.3f}",
            "# TYPE app_requests_total counter",
            f'app_requests_total{{{labels},code="200"}} {count}',
            f'app_requests_total{{{labels},code="500"}} {count // 100}',
            "# TYPE app_saturation gauge",
            f"app_saturation{{{labels}}} 0.3",
            "# TYPE app_queue gauge",
            f"app_queue{{{labels}}} 4",
            "# TYPE app_latency gauge",
            f"app_latency{{{labels}}} 0.2",
            "# TYPE app_depth gauge",
            f"app_depth{{{labels}}} 7",
            *([f"app_leader{{{labels}}} 1"] if name.endswith("-1") else []),
        )
        return "\n".join(lines) + "\n"

    return text


@contextmanager
def exporter(text: Text) -> Iterator[Exporter]:
    """Serve metrics on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        """Answers a scrape, unless the exporter is dead."""

        found: ClassVar[Exporter]

        def do_GET(self) -> None:
            """Write the metrics of now."""
            if not self.found.alive:
                self.close_connection = True
                return
            body = self.found.text(time.time()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the server that scrapes was killed
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Keep quiet: the test says what happened."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    found = Handler.found = Exporter(text, port=server.server_address[1])
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


RULES: dict[str, Any] = {
    "groups": [
        {
            "name": "app",
            "interval": "1s",
            "rules": [
                {
                    "record": "app:errors:rate",
                    "expr": "sum by (metric_realm, service) (rate("
                    'app_requests_total{code=~"5..",metric_realm="prod"}[10s]))',
                },
                {
                    "record": "app:requests:rate",
                    "expr": 'sum by (metric_realm, service) (rate(app_requests_total{metric_realm="prod"}[10s]))',
                },
                {"record": "app:error:ratio", "expr": "app:errors:rate / (app:requests:rate > 0)"},
                {
                    "record": "app:saturation:max",
                    "expr": 'max by (metric_realm, service) (app_saturation{metric_realm="prod"})',
                },
                {
                    "record": "app:queue:sum",
                    "expr": 'sum by (metric_realm, service) (app_queue{metric_realm="prod"})',
                },
                {
                    "record": "app:latency:avg",
                    "expr": 'avg by (metric_realm, service) (app_latency{metric_realm="prod"})',
                },
                {
                    "record": "app:depth:max",
                    "expr": 'max by (metric_realm, service) (app_depth{metric_realm="prod"})',
                },
                {
                    "record": "app:up:ratio",
                    "expr": 'avg by (service) (up{job="app"})',
                    "labels": {"metric_realm": "prod"},
                },
                {
                    "record": "app:instances:count",
                    "expr": 'count by (service) (up{job="app"} == 1)',
                    "labels": {"metric_realm": "prod"},
                },
            ],
        }
    ]
}

POLICY: dict[str, Any] = {
    "version": 1,
    "preset": None,
    "realm": "prod",
    "subjects": ["service"],
    "signals": {
        "error_ratio": {"metric": "app:error:ratio", "range": [0, 1]},
        "saturation": {"metric": "app:saturation:max", "range": [0, 1]},
        "availability": {"metric": "app:up:ratio", "range": [0, 1]},
        "instances": {"metric": "app:instances:count"},
        "traffic": {"metric": "app:requests:rate"},
        "queue": {"metric": "app:queue:sum", "push_max_age": "5s"},
        "latency": {"metric": "app:latency:avg"},
        "worst": {
            "expr": 'max by (metric_realm, service) (app_saturation{metric_realm="prod"})',
            "interval": "1s",
        },
        "leader": {"metric": "app_leader"},
        "depth": {"metric": "app:depth:max", "sources": 0.5},
        "backlog": {
            "expr": 'sum by (metric_realm, service) (app_queue{metric_realm="prod"})',
            "interval": "1s",
            "sources": 0.9,
        },
    },
    "gates": {
        "errors": {"require": ["error_ratio <= 0.1"]},
        "saturation": {"require": ["saturation <= 0.8"]},
        "availability": {"require": ["availability >= 1"]},
        "instances": {"require": ["instances >= 2"]},
        "traffic": {"require": ["traffic >= 1"]},
        "queue": {"require": ["queue <= 20"]},
        "latency": {"require": ["latency <= 0.5"]},
        "worst": {"require": ["worst <= 0.8"]},
        "leader": {"require": ["leader >= 1"]},
        "depth": {"require": ["depth <= 20"]},
        "backlog": {"require": ["backlog <= 20"]},
    },
    "sources": {"trusted": [{"job": "island", "heartbeat": "island_beat"}]},
    "runs": {"required": []},
    "rules": ["rules.yml"],
    "tests": [],
}


def scraped(exporters: Mapping[str, Exporter]) -> dict[str, Any]:
    """Return a configuration with one job of all instances, each with its service."""
    targets = [
        {"targets": [one.address], "labels": {"instance": name, "service": name.partition("-")[0]}}
        for name, one in exporters.items()
    ]
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "app", "static_configs": targets}],
    }


@dataclass
class EstateStage(Judged):
    """What a fault sees of the world.

    Attributes:
        folder: the folder of the server's files and of the policy.
        server: the server.
        proxy: the address that decide asks. It passes everything on until told otherwise.
        exporters: the instances by name.
        held: what ends with the stage.
        judge: judges in place of ``decide``, if there is one.
    """

    folder: Path
    server: RunningServer
    proxy: Proxy
    exporters: dict[str, Exporter]
    held: ExitStack
    judge: Callable[[], Report] | None = field(default=None, kw_only=True)

    def decide(self) -> Report:
        """Decide, or judge as the fault wants."""
        return super().decide() if self.judge is None else self.judge()

    @property
    def policy(self) -> Path:
        """Return the file of the policy."""
        return self.folder / "gonogo.yaml"

    @property
    def url(self) -> str:
        """Return the address that decide asks."""
        return self.proxy.url

    def has(self, expression: str) -> bool:
        """Return whether the server finds series for an expression."""
        return bool(query(self.server.client, self.server.url, expression).series)

    def until_has(self, expression: str) -> None:
        """Wait until the server finds series for an expression."""
        await_true(lambda: self.has(expression))

    @contextmanager
    def changed(self, name: str, change: Callable[[Any], object]) -> Iterator[None]:
        """Change a YAML file of the world for a while, and let the server load it."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        root = yaml.safe_load(text)
        change(root)
        path.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
        try:
            self.reload()
            yield
        finally:
            path.write_text(text, encoding="utf-8")
            self.reload()

    def reload(self) -> None:
        """Let the server load its files."""
        assert self.server.client.send("POST", self.server.url, "/-/reload").status == 200

    @contextmanager
    def exporting(self, name: str, change: Callable[[str], str]) -> Iterator[None]:
        """Change what an instance exports for a while."""
        one = self.exporters[name]
        healthy = one.text
        one.text = lambda now: change(healthy(now))
        try:
            yield
        finally:
            one.text = healthy


@contextmanager
def estate(
    folder: Path, policy: Mapping[str, Any] = POLICY, flags: tuple[str, ...] = (), *, jobs: bool = True
) -> Iterator[EstateStage]:
    """Start the instances and the server, and write the policy. Without ``jobs`` the server scrapes nothing."""
    with ExitStack() as held:
        began = time.time()
        exporters = {name: held.enter_context(exporter(instance_text(name, began))) for name in INSTANCES}
        (folder / "rules.yml").write_text(yaml.safe_dump(RULES, sort_keys=False), encoding="utf-8")
        (folder / "gonogo.yaml").write_text(yaml.safe_dump(dict(policy), sort_keys=False), encoding="utf-8")
        root = scraped(exporters if jobs else {})
        (folder / "prometheus.yml").write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
        server = held.enter_context(prometheus(folder / "data", folder / "prometheus.yml", flags=flags))
        front = held.enter_context(proxy(server.url))
        yield EstateStage(folder, server, front, exporters, held)
