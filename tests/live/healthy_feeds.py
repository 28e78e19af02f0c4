"""Healthy life of what no application exports itself: a node with the metrics of its pods, pushes, a remote writer.

A node exports the memory of its pods with timestamps, as cAdvisor does, so that the server never marks these
series as ended. A batch job pushes twice a second. A server on an island writes to the server, and the policy trusts
the island.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import yaml

from gonogo.errors import ActionFailed
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.programs.processes import prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from tests.fault_matrix.estate_stage import EstateStage, exporter
from tests.live.healthy_pods import wait
from tests.live.healthy_stage import FLAGS, INTERVAL, PROD, WATCHED, write_files
from tests.live.proxy import proxy

LAG = 0.8
"""Seconds by which the timestamps of the node are before the scrape."""


@dataclass
class Node:
    """The pods of a node, by service, and the pod of each service that is its only one."""

    pods: dict[str, list[str]] = field(default_factory=lambda: {"cart": ["c1", "c2", "c3"], "pay": ["p1", "p2"]})
    only: dict[str, str] = field(default_factory=lambda: {"cart": "c1", "pay": "p1"})

    def text(self, now: float) -> str:
        """Write the memory of each pod, with a timestamp."""
        stamp = f"{(now - LAG) * 1000:.0f}"
        lines = [
            f'container_memory{{service="{service}",pod="{pod}",{PROD}}} 0.4 {stamp}'
            for service, pods in self.pods.items()
            for pod in pods
        ]
        lines += [f'container_ready{{service="{s}",pod="{pod}",{PROD}}} 1 {stamp}' for s, pod in self.only.items()]
        return "".join(f"{line}\n" for line in lines)


@dataclass
class Batch:
    """A job that pushes again and again."""

    group: PushGroup
    every: float = INTERVAL / 2
    rows: int = 1
    stop: Flag = field(default_factory=Flag)

    def push(self) -> None:
        """Push until the end. A Pushgateway that is away gets the next push."""
        while not self.stop.wait(self.every):
            self.rows += 1
            with suppress(ActionFailed):
                self.group.publish(f"batch_rows{{{PROD}}} {self.rows}\n".encode())


RULES: Mapping[str, Any] = {
    "groups": [
        {
            "name": "feeds",
            "rules": [
                {
                    "record": "box:memory:max",
                    "expr": f"max by (metric_realm, service) (container_memory{{{PROD}}})",
                },
                {"record": "island:load:max", "expr": f"max by (metric_realm) (island_load{{{PROD}}})"},
            ],
        }
    ]
}

GATES: Mapping[str, Mapping[str, list[str]]] = {
    "memory": {"require": ["memory <= 0.8 for 3s"], "abort": ["memory > 0.8", "unknown(memory) for 3s"]},
    "ready": {"require": ["ready >= 1"], "abort": ["ready < 1", "unknown(ready) for 3s"]},
    "island": {"require": ["island <= 0.8 for 3s"], "abort": ["island > 0.8", "unknown(island) for 3s"]},
    "rows": {"require": ["rows >= 1 for 2s"], "abort": ["rows < 1", "unknown(rows) for 3s"]},
}

POLICY: Mapping[str, Any] = {
    "version": 1,
    "preset": None,
    "realm": "prod",
    "subjects": ["service"],
    "signals": {
        "memory": {"metric": "box:memory:max"},
        "ready": {"metric": "container_ready"},
        "island": {"metric": "island:load:max", "scope": "shared"},
        "rows": {"metric": "batch_rows", "scope": "shared", "push_max_age": "4s"},
    },
    "sources": {"trusted": [{"job": "island", "heartbeat": "island_beat"}]},
    "gates": GATES,
    **WATCHED,
}


@dataclass
class FeedsStage(EstateStage):
    """The world of the node, the batch job and the island."""

    node: Node
    batch: Batch
    gateway: RunningServer
    island: RunningServer


def _job(name: str, address: str, **options: object) -> dict[str, object]:
    return {"job_name": name, "static_configs": [{"targets": [address]}], **options}


def island_text(now: float) -> str:
    """Write the load of the island, and its heartbeat."""
    return f"island_load{{{PROD}}} 0.{int(now) % 7}\nisland_beat 1\n"


@contextmanager
def feeds_stage(folder: Path) -> Iterator[FeedsStage]:
    """Start all servers and sources."""
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    with ExitStack() as held:
        node = Node()
        exporters = {"node": held.enter_context(exporter(node.text)), "sea": held.enter_context(exporter(island_text))}
        gateway = held.enter_context(pushgateway(folder / "gateway"))
        jobs = [
            _job("node", exporters["node"].address),
            _job("gateway", gateway.url.partition("://")[2], honor_labels=True),
        ]
        write_files(folder, RULES, POLICY, {"global": every, "rule_files": ["rules.yml"], "scrape_configs": jobs})
        server = held.enter_context(prometheus(folder / "data", folder / "prometheus.yml", flags=FLAGS))
        write = {"url": f"{server.url}/api/v1/write", "queue_config": {"batch_send_deadline": "200ms"}}
        away = {"global": every, "scrape_configs": [_job("island", exporters["sea"].address)], "remote_write": [write]}
        (folder / "island.yml").write_text(yaml.safe_dump(away), encoding="utf-8")
        island = held.enter_context(prometheus(folder / "island", folder / "island.yml"))
        batch = Batch(PushGroup.at(gateway.url, {"job": "batch", "instance": "batch-1"}))
        pushing = Thread(target=batch.push, daemon=True)
        pushing.start()
        held.callback(pushing.join)
        held.callback(batch.stop.set)
        front = held.enter_context(proxy(server.url))
        yield FeedsStage(folder, server, front, exporters, held, node, batch, gateway, island)


def churn(place: FeedsStage) -> None:
    """Replace the pods of a service, one after another."""
    for pod in tuple(place.node.pods["cart"]):
        place.node.pods["cart"].remove(pod)
        place.node.pods["cart"].append(f"{pod}n")
        wait(0.7)


def scaled(place: FeedsStage) -> None:
    """Take a pod away, and start three others."""
    place.node.pods["pay"].pop()
    wait(INTERVAL)
    place.node.pods["pay"] += [f"p{time.time():.0f}{place_}" for place_ in range(3)]
    wait(INTERVAL)


def only_pod(place: FeedsStage) -> None:
    """Replace the only pod of a service. The series of the old one has no end."""
    place.node.only["cart"] += "n"
    wait(3 * INTERVAL)


def lost_scrape(place: FeedsStage) -> None:
    """Lose one scrape of the node."""
    place.exporters["node"].alive = False
    place.until_has('up{job="node"} == 0')
    place.exporters["node"].alive = True


def pushed_late(place: FeedsStage) -> None:
    """Push after twice the usual time and more, within the age that the policy allows."""
    place.batch.every = 2.5 * INTERVAL
    wait(5 * INTERVAL)
    place.batch.every = INTERVAL / 2


def pushed_by_two(place: FeedsStage) -> None:
    """Let another job push too, once."""
    PushGroup.at(place.gateway.url, {"job": "other"}).publish(b"other_rows 4\n")
    wait(2 * INTERVAL)


def gateway_restarted(place: FeedsStage) -> None:
    """Restart the Pushgateway. Its file keeps what was pushed."""
    place.gateway.restart()
    wait(INTERVAL)


def island_restarted(place: FeedsStage) -> None:
    """Restart the server on the island."""
    place.island.restart()
    wait(3 * INTERVAL)


def island_paused(place: FeedsStage) -> None:
    """Stop the server on the island for some seconds. It catches up later."""
    place.island.pause()
    wait(3 * INTERVAL)
    place.island.resume()
    wait(INTERVAL)


def receiver_restarted(place: FeedsStage) -> None:
    """Restart the server that the island writes to."""
    place.server.restart()
    wait(2 * INTERVAL)


Event = Callable[[FeedsStage], None]
