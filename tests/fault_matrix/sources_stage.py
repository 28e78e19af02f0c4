"""The stage for faults of sources: its past can be forgotten, for what some faults leave behind stays for days."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import yaml

from gonogo.actuators.pushgateway import PushGroup
from gonogo.app.sandbox.sources import INSTANCE, Job
from gonogo.app.sandbox.stack import Stack
from gonogo.policy.load import load
from gonogo.prometheus.server_process import RunningServer
from tests.fault_matrix.exposed import Change
from tests.fault_matrix.stage import Stage, stage
from tests.live.proxy import Proxy, Spoil, proxy

Enter = Callable[[Stage], AbstractContextManager[object]]

QUICK = "3s"
"""The signals' ``max_age`` here, so that a fault is forgotten soon after its repair; the default would be 7 s."""


def sources_stage() -> AbstractContextManager[Stage]:
    """Start the usual stage, where samples can be deleted and grow old quickly."""
    return stage(prepare=forgetful)


def forgetful(stack: Stack) -> None:
    """Let signals grow old quickly, and Prometheus delete samples when asked to."""
    root = yaml.safe_load(stack.policy_path.read_text(encoding="utf-8"))
    names = {term.signal for gate in load(stack.policy_path).policy.gates for c in gate.require for term in c.terms}
    root["signals"] = {name: {"max_age": QUICK} | root.get("signals", {}).get(name, {}) for name in sorted(names)}
    stack.policy_path.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    stack.prometheus.argv = (*stack.prometheus.argv, "--web.enable-admin-api")
    stack.restart_prometheus()
    stack.settle()


def forget(place: Stage, *selectors: str, since: float = 0.0) -> None:
    """Delete the samples of some series from a time (unix seconds) on."""
    server = place.stack.prometheus
    chosen = "&".join(f"match[]={selector}" for selector in selectors)
    answer = server.client.send(
        "POST",
        server.url,
        "/api/v1/admin/tsdb/delete_series",
        f"{chosen}&start={since:.3f}".encode(),
    )
    assert answer.status == 204, answer.body


def forgotten(enter: Enter, *selectors: str, whole: bool = False) -> Enter:
    """Delete what a fault has left behind once it is mended: its own time, or the whole series."""

    @contextmanager
    def entered(place: Stage) -> Iterator[None]:
        began = time.time()
        try:
            with enter(place):
                yield
        finally:
            settled = f"min(timestamp(up)) > {time.time() + 1:.3f}"
            place.stack.until(lambda: place.stack.has(settled), "a scrape and an evaluation after the repair")
            forget(place, *selectors, since=0.0 if whole else began)

    return entered


def exported(change: Change) -> Enter:
    """Change what the scripted sources export."""
    return lambda place: place.rewritten(change)


def pushed(change: Change) -> Enter:
    """Change what the rehearsals pushed."""

    @contextmanager
    def entered(place: Stage) -> Iterator[None]:
        traffic, gateway = place.stack.traffic, place.stack.pushgateway
        traffic.pause()
        text = gateway.client.get(gateway.url, "/metrics").body.decode()
        lines = [line for line in text.splitlines() if f"{place.prefix}_dr_rehearsal" in line]
        changed = change("\n".join(lines) + "\n")
        group = PushGroup.at(gateway.url, {"job": Job.REHEARSAL.value, "instance": INSTANCE})
        group.publish(changed.encode())
        try:
            yield
        finally:
            traffic.resume()
            traffic.push()

    return entered


def configured(job: str, change: Callable[[dict[str, Any]], object]) -> Enter:
    """Let the server load a changed scrape job."""
    return reconfigured(lambda root: change(next(j for j in root["scrape_configs"] if j["job_name"] == job)))


def reconfigured(change: Callable[[dict[str, Any]], object]) -> Enter:
    """Let the server load a changed configuration."""

    def changed(text: str) -> str:
        root = yaml.safe_load(text)
        change(root)
        return yaml.safe_dump(root, sort_keys=False)

    return lambda place: place.configuration(changed)


def address(url: str) -> str:
    """Give host and port of a URL."""
    return url.partition("://")[2]


def scraped_at(url: str, job: str) -> Enter:
    """Let a job scrape another address."""
    return configured(job, lambda found: found["static_configs"][0].update(targets=[address(url)]))


def spoiled(job: str, server: Callable[[Stack], RunningServer], spoil: Spoil) -> Enter:
    """Put a proxy between Prometheus and a target, that spoils what it answers."""

    @contextmanager
    def entered(place: Stage) -> Iterator[Proxy]:
        with proxy(server(place.stack).url) as between, scraped_at(between.url, job)(place):
            between.spoil = spoil
            yield between

    return entered


def stopped(server: Callable[[Stack], RunningServer]) -> Enter:
    """Kill a server, and start it again."""

    @contextmanager
    def entered(place: Stage) -> Iterator[None]:
        server(place.stack).kill()
        try:
            yield
        finally:
            server(place.stack).launch()

    return entered


def node(stack: Stack) -> RunningServer:
    """Give the exporter of the text files."""
    return stack.node_exporter


def gateway(stack: Stack) -> RunningServer:
    """Give the Pushgateway."""
    return stack.pushgateway


def from_gateway(change: Callable[[str], str]) -> Enter:
    """Change what the Pushgateway answers."""
    return spoiled(
        "pushgateway", gateway, lambda passing: replace(passing, body=change(passing.body.decode()).encode())
    )
