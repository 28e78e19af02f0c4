"""A server that scrapes a node with the services of a text file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from gonogo.model.condition import parse_condition
from gonogo.model.policy import Gate, Policy, Scope, Signal
from gonogo.programs.processes import node_exporter, prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.verdict.inquiry import Inquiry
from tests.evidence_builder import policy
from tests.waiting import await_true

CLIENT = Client()
ODD = 'a"b\\c.*\n'
SERVICES = ("mail", "web", ODD)


def inquiry(url: str = "http://127.0.0.1:1") -> Inquiry:
    """Return a server to ask, by default a server that does not exist."""
    return Inquiry(CLIENT, url)


def fleet(*subjects: str) -> Policy:
    """Build a policy over services."""
    return policy(
        subjects=subjects,
        signals={
            "x": Signal("x", "duri_x"),
            "y": Signal("y", "duri_y"),
            "all": Signal("all", "duri_all", scope=Scope.SHARED),
        },
        gates=(Gate("g", tuple(parse_condition(f"{name} == 1") for name in ("x", "y", "all"))),),
    )


def exposition(*services: str) -> str:
    """Write the metrics of the node: two with the same labels for each service, and one of another realm."""
    written = [value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for value in services]
    lines = [
        f'{metric}{{metric_realm="prod",service="{value}",zone="z"}} 1'
        for metric in ("duri_x", "duri_y")
        for value in written
    ]
    return "\n".join((*lines, 'duri_x{metric_realm="dev",service="toy",zone="z"} 1', ""))


@dataclass(frozen=True, slots=True)
class Scene:
    """A server that scrapes a node, and the node's text file."""

    server: RunningServer
    node: RunningServer
    file: Path

    @property
    def url(self) -> str:
        """The server's URL."""
        return self.server.url

    def export(self, *services: str) -> None:
        """Export these services, and wait until the server has scraped them."""
        self.file.write_text(exposition(*services), encoding="utf-8")
        count = f'count(duri_x{{metric_realm="prod"}}) == {len(services)}'
        await_true(lambda: query(CLIENT, self.url, count).series)


@contextmanager
def node_scene(folder: Path) -> Iterator[Scene]:
    """Start the server and the node."""
    (folder / "textfile").mkdir()
    with node_exporter(folder / "textfile") as node:
        address = node.url.removeprefix("http://")
        job = {"job_name": "node", "static_configs": [{"targets": [address], "labels": {"instance": "n"}}]}
        config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        with prometheus(folder / "p", folder / "prometheus.yml") as server:
            yield Scene(server, node, folder / "textfile" / "services.prom")
