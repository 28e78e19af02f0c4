"""The stage for faults of sources: its past can be forgotten, for what some faults leave behind stays for days."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml

from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.lint.recorded import obs_lint
from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.programs.server_process import RunningServer
from gonogo.sandbox.launch import sandbox
from gonogo.sandbox.sources import INSTANCE, FeedJob
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import HEALTHY
from tests.fault_matrix.exposed import Change
from tests.fault_matrix.stage import INTERVAL, Stage, stage
from tests.live.proxy import Proxy, Spoil, proxy

Enter = Callable[[Stage], AbstractContextManager[object]]

QUICK = "3s"
"""The signals' ``max_age`` here, so that a fault is forgotten soon after its repair; the default would be 7 s."""


@dataclass
class SourcesStage(Stage):
    """A stage with a proxy in front of each exporter: what is scraped can be spoiled at once, without a reload."""

    scraped: Mapping[str, Proxy]


@contextmanager
def sources_stage() -> Iterator[Stage]:
    """Start the usual stage, where scrapes can be spoiled, and samples are deleted and grow old quickly."""
    with ExitStack() as held:
        scraped: dict[str, Proxy] = {}

        def prepare(stack: Stack) -> None:
            scraped.update(scrape_through_proxies(stack, held))
            forgetful(stack)

        place = held.enter_context(stage(prepare=prepare))
        yield SourcesStage(place.stack, place.proxy, scraped)


@contextmanager
def small_stage(prepare: Callable[[Stack], None]) -> Iterator[SourcesStage]:
    """Start such a stage without history, for a policy whose gates need none and whose only run is the lint."""
    with ExitStack() as held:
        stack = held.enter_context(sandbox(replace(HEALTHY, length=timedelta(0)), INTERVAL))
        scraped = scrape_through_proxies(stack, held)
        prepare(stack)
        forgetful(stack)
        stack.policy_file = load(stack.layout.policy)
        assert obs_lint(stack.policy_file).passed
        yield SourcesStage(stack, held.enter_context(proxy(stack.prometheus.url)), scraped)


def scrape_through_proxies(stack: Stack, held: ExitStack) -> dict[str, Proxy]:
    """Put a proxy between Prometheus and each exporter; it is known at the next start."""
    servers = {"node": stack.node_exporter, "pushgateway": stack.pushgateway}
    scraped = {job: held.enter_context(proxy(server.url)) for job, server in servers.items()}
    root = yaml.safe_load(stack.layout.configuration.read_text(encoding="utf-8"))
    for job in root["scrape_configs"]:
        if job["job_name"] in scraped:
            job["static_configs"][0]["targets"] = [address(scraped[job["job_name"]].url)]
    stack.layout.configuration.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    return scraped


def forgetful(stack: Stack) -> None:
    """Let signals grow old quickly, and Prometheus delete samples when asked to."""
    root = yaml.safe_load(stack.layout.policy.read_text(encoding="utf-8"))
    names = {term.signal for gate in load(stack.layout.policy).policy.gates for c in gate.require for term in c.terms}
    root["signals"] = {name: {"max_age": QUICK} | root.get("signals", {}).get(name, {}) for name in sorted(names)}
    stack.layout.policy.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    stack.prometheus.argv = (*stack.prometheus.argv, "--web.enable-admin-api")
    stack.prometheus.restart()
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
    """Delete what a fault has left behind once it is mended: its own time, or the whole series.

    A server goes on with its old targets for up to 5 s after a reload.
    """

    @contextmanager
    def entered(place: Stage) -> Iterator[None]:
        began = time.time()
        try:
            with enter(place):
                yield
        finally:
            settled = f"max(timestamp(up)) > {time.time() + 1:.3f}"
            place.stack.until(lambda: place.stack.has(settled), "a scrape and an evaluation after the repair")
            targets = [f"absent(up{selector})" for selector in selectors if selector.startswith("{")]
            place.stack.until(lambda: all(map(place.stack.has, targets)), "the end of the fault's own targets")
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
        group = PushGroup.at(gateway.url, {"job": FeedJob.REHEARSAL.value, "instance": INSTANCE})
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


def spoiled(job: str, spoil: Spoil) -> Enter:
    """Spoil what Prometheus gets when it scrapes a job."""

    @contextmanager
    def entered(place: Stage) -> Iterator[None]:
        assert isinstance(place, SourcesStage)
        between = place.scraped[job]
        healthy, between.spoil = between.spoil, spoil
        try:
            yield
        finally:
            between.spoil = healthy

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


def from_gateway(change: Change) -> Enter:
    """Change what the Pushgateway answers to scrapes."""
    return spoiled("pushgateway", lambda passing: replace(passing, body=change(passing.body.decode()).encode()))
