"""One Prometheus that ten teams share, with the real exporters and the made-up services that their policies are about.

The server loads copies of the rule files, so a fault can change what is loaded and leave the files of the team alone.
Every service is a job of its own, so a fault of one team leaves the others alone.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml

from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.model.verdict import Report
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.verdict.decide import decide
from tests.fault_matrix.estate_stage import Exporter, Text, exporter
from tests.waiting import await_true

WRITTEN = Path(__file__).parent
POLICIES = tuple(sorted(path.parent.name for path in WRITTEN.glob("*/gonogo.yaml")))

WORKERS = tuple(f"worker-{number}" for number in range(1, 11))
JOBS: Mapping[str, tuple[str, ...]] = {
    "api": ("api-1", "api-2"),
    "search": ("search-1", "search-2"),
    "checkout": ("checkout-1", "checkout-2"),
    "orders": ("orders-1", "orders-2"),
    "mailer": ("mailer-1", "mailer-2"),
    "rpc": ("cart-1", "cart-2", "pay-1", "pay-2"),
    "worker": WORKERS,
    "payments": ("payments-1", "payments-2"),
}
"""The instances of each job."""

HEALTHY: Mapping[str, Callable[[float], tuple[str, ...]]] = {
    "api": lambda _: ("api_info{} 1",),
    "search": lambda count: (
        *(f'search_latency_seconds_bucket{{le="{le}"}} {count:.0f}' for le in ("0.1", "0.25", "0.5", "1", "+Inf")),
        f"search_latency_seconds_sum{{}} {count / 20:.3f}",
        f"search_latency_seconds_count{{}} {count:.0f}",
    ),
    "checkout": lambda count: (
        f'http_requests_total{{code="200"}} {count:.0f}',
        f'http_requests_total{{code="404"}} {count / 50:.0f}',
    ),
    "orders": lambda count: (
        "orders_queue_length{} 20",
        "orders_queue_capacity{} 100",
        f"orders_handled_total{{}} {count:.0f}",
    ),
    "mailer": lambda count: ("mailer_backlog{} 12", f"mailer_delivered_total{{}} {count:.0f}"),
    "rpc": lambda count: (
        f'rpc_handled_total{{code="OK"}} {count:.0f}',
        f'rpc_handled_total{{code="Unavailable"}} {count / 1000:.0f}',
        "rpc_in_flight{} 4",
    ),
    "worker": lambda _: ("worker_lag_seconds{} 3",),
    "payments": lambda count: (
        f"payments_total{{}} {count:.0f}",
        f"payments_failed_total{{}} {count / 2000:.0f}",
    ),
}
"""The metrics of a healthy instance of each job after some events."""

MEMORY = "MemTotal: 1000000 kB\nMemFree: 500000 kB\nMemAvailable: {available} kB\nBuffers: 0 kB\nCached: 0 kB\n"
PROC = {
    "meminfo": MEMORY.format(available=600000),
    "loadavg": "0.40 0.30 0.20 1/100 999\n",
    "stat": "".join(f"{cpu} 100 0 100 9000 0 0 0 0 0 0\n" for cpu in ("cpu", "cpu0", "cpu1")),
}
"""The machine that the real node_exporter sees, as files of /proc."""

RAID = "raid_failed_disks 0\n"
PUSHED_EVERY = 1.0
"""Seconds between two runs of the batch job."""


def instance(job: str, started: float) -> Text:
    """Return the metrics of a healthy instance, 100 events a second."""

    def text(now: float) -> str:
        lines = (f"process_start_time_seconds {started:.3f}", *HEALTHY[job](100 * (now - started)))
        return "\n".join(lines) + "\n"

    return text


class Batch:
    """The batch job: each run pushes its end and its result, unless the job is stopped."""

    def __init__(self, gateway: RunningServer) -> None:
        """Begin with a job that does not run yet."""
        self.group = PushGroup.at(gateway.url, {"job": "export", "instance": "host-1"})
        self.text: Text = lambda now: f"export_last_success_timestamp_seconds{{}} {now:.3f}\nexport_rows{{}} 5000\n"
        self.runs = True
        self._ended = Event()

    def push(self) -> None:
        """Run once."""
        self.group.publish(self.text(time.time()).encode())

    def work(self) -> None:
        """Run again and again until the end."""
        while not self._ended.wait(PUSHED_EVERY):
            if self.runs:
                self.push()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Run in a thread for a while."""
        self.push()
        thread = Thread(target=self.work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()


@dataclass
class World:
    """The parts of the world that a fault can change.

    Attributes:
        folder: the folder with the server's files and a folder for each policy.
        server: the server.
        exporters: the instances by name.
        node: the node_exporter. Its files of /proc and its text files are in ``proc`` and ``textfiles``.
        gateway: the Pushgateway, which ``batch`` pushes to.
    """

    folder: Path
    server: RunningServer
    exporters: dict[str, Exporter]
    node: RunningServer
    gateway: RunningServer
    batch: Batch
    held: ExitStack

    @property
    def proc(self) -> Path:
        """Return the folder that node_exporter reads in place of /proc."""
        return self.folder / "proc"

    @property
    def textfiles(self) -> Path:
        """Return node_exporter's textfile folder."""
        return self.folder / "textfiles"

    def decide(self, policy: str) -> Report:
        """Decide by a policy, as the command does."""
        return decide(load(self.folder / policy / "gonogo.yaml"), self.server.url)

    def until_has(self, expression: str) -> None:
        """Wait until the server finds series for an expression."""
        await_true(lambda: query(self.server.client, self.server.url, expression).series)

    def reload(self) -> None:
        """Let the server load its files."""
        answer = self.server.client.send("POST", self.server.url, "/-/reload")
        assert answer.status == 200, answer.body

    @contextmanager
    def exporting(self, change: Callable[[str], str], *names: str) -> Iterator[None]:
        """Change the metrics that instances export for a while."""
        healthy = {name: self.exporters[name].text for name in names}

        def changed(text: Text) -> Text:
            return lambda now: change(text(now))

        for name, text in healthy.items():
            self.exporters[name].text = changed(text)
        try:
            yield
        finally:
            for name, text in healthy.items():
                self.exporters[name].text = text

    @contextmanager
    def changed(self, change: Callable[[Any], object], *names: str) -> Iterator[None]:
        """Change YAML files of the world for a while, and let the server load them."""
        texts = {self.folder / name: (self.folder / name).read_text(encoding="utf-8") for name in names}
        try:
            for path, text in texts.items():
                root = yaml.safe_load(text)
                change(root)
                path.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
            self.reload()
            yield
        finally:
            for path, text in texts.items():
                path.write_text(text, encoding="utf-8")
            self.reload()


def jobs(exporters: Mapping[str, Exporter], node: RunningServer, gateway: RunningServer) -> list[dict[str, Any]]:
    """Return the scrape configurations, as the teams wrote them."""
    labels: dict[str, dict[str, str]] = {"mailer": {"metric_realm": "prod"}, "rpc": {"metric_realm": "prod"}}

    def target(job: str, name: str) -> dict[str, Any]:
        service = {"service": name.partition("-")[0]} if job == "rpc" else {}
        return {"targets": [exporters[name].address], "labels": {"instance": name} | service | labels.get(job, {})}

    made: list[dict[str, Any]] = [
        {"job_name": job, "static_configs": [target(job, name) for name in names]} for job, names in JOBS.items()
    ]
    servers: list[dict[str, Any]] = [
        {"job_name": "node", "static_configs": [{"targets": [node.url.removeprefix("http://")]}]},
        {
            "job_name": "pushgateway",
            "honor_labels": True,
            "static_configs": [{"targets": [gateway.url.removeprefix("http://")]}],
        },
    ]
    return made + servers


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Start the exporters, the Pushgateway with its batch job, and the server, and copy the policies."""
    for policy in POLICIES:
        shutil.copytree(WRITTEN / policy, folder / policy)
    loaded = folder / "loaded"
    loaded.mkdir()
    for rules in WRITTEN.glob("*/rules.yml"):
        shutil.copy(rules, loaded / f"{rules.parent.name}.yml")
    proc, textfiles = folder / "proc", folder / "textfiles"
    proc.mkdir()
    textfiles.mkdir()
    for name, text in PROC.items():
        (proc / name).write_text(text, encoding="utf-8")
    (textfiles / "raid.prom").write_text(RAID, encoding="utf-8")
    collectors = ("--collector.meminfo", "--collector.loadavg", "--collector.cpu", f"--path.procfs={proc}")
    with ExitStack() as held:
        began = time.time()
        exporters = {
            name: held.enter_context(exporter(instance(job, began))) for job, names in JOBS.items() for name in names
        }
        node = held.enter_context(node_exporter(textfiles, flags=collectors))
        gateway = held.enter_context(pushgateway(folder / "gateway"))
        batch = Batch(gateway)
        held.enter_context(batch.working())
        root = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["loaded/*.yml"],
            "scrape_configs": jobs(exporters, node, gateway),
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
        flags = ("--web.enable-admin-api", "--web.enable-remote-write-receiver")
        server = held.enter_context(prometheus(folder / "data", folder / "prometheus.yml", flags=flags))
        yield World(folder, server, exporters, node, gateway, batch, held)
