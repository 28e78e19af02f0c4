"""The ways in which a fault enters the shared world, and leaves it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.estate_stage import Text, exporter
from tests.strangers.world import World

Enter = Callable[[World], AbstractContextManager[object]]
Change = Callable[[str], str]


@dataclass(frozen=True)
class Fault:
    """A fault that one policy must judge.

    Attributes:
        policy: the policy.
        mechanism: the fault in words.
        verdict: the verdict under the fault.
        reason: the first reason of the first condition that is UNKNOWN. None: no condition is.
        enter: brings the fault, and repairs it in the end.
        spared: the value of the subject's label that is GO meanwhile.
    """

    policy: str
    mechanism: str
    verdict: Verdict
    reason: Reason | None
    enter: Enter
    spared: str | None = None


def together(*enters: Enter) -> Enter:
    """Let several things happen, one after another, and undo them in the opposite order."""

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        with ExitStack() as held:
            for enter in enters:
                held.enter_context(enter(world))
            yield

    return entered


def exported(change: Change, *names: str) -> Enter:
    """Change the metrics that instances export."""
    return lambda world: world.exporting(change, *names)


def added(text: Text) -> Change:
    """Export more series."""
    return lambda healthy: healthy + text(time.time())


def replaced(text: str) -> Change:
    """Export this text and no other."""
    return lambda _: text


def stopped(*metrics: str) -> Enter:
    """Let counters stand still, in the instances that export them."""

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        now = time.time()
        names = [name for name, one in world.exporters.items() if any(f"{m}{{" in one.text(now) for m in metrics)]
        texts = {name: world.exporters[name].text for name in names}
        with ExitStack() as held:
            for name, text in texts.items():
                held.enter_context(world.exporting(replaced(text(now)), name))
            yield

    return entered


def dead(*names: str) -> Enter:
    """Stop instances for a while."""

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        for name in names:
            world.exporters[name].alive = False
        try:
            yield
        finally:
            for name in names:
                world.exporters[name].alive = True

    return entered


def scraped(job: str, change: Callable[[dict[str, Any]], object]) -> Enter:
    """Change the scrape configuration of a job."""

    def changed(root: dict[str, Any]) -> None:
        change(next(one for one in root["scrape_configs"] if one["job_name"] == job))

    return lambda world: world.changed(changed, "prometheus.yml")


def labelled(job: str, **labels: str) -> Enter:
    """Give the targets of a job other labels. An empty label is removed."""

    def change(config: dict[str, Any]) -> None:
        for target in config["static_configs"]:
            target["labels"] |= labels

    return scraped(job, change)


def lost(job: str, *beginnings: str) -> Enter:
    """Let service discovery lose targets of a job."""

    def change(config: dict[str, Any]) -> None:
        config["static_configs"] = [
            one for one in config["static_configs"] if not one["labels"]["instance"].startswith(beginnings)
        ]

    return scraped(job, change)


def ruled(policy: str, name: str, *, everywhere: bool = False, **changed: object) -> Enter:
    """Let the server load another rule; ``everywhere``: the team has it in its files, too."""

    def change(root: dict[str, Any]) -> None:
        rules = root["groups"][0]["rules"]
        next(rule for rule in rules if name in {rule.get("record"), rule.get("alert")}).update(changed)

    return reruled(policy, change, everywhere=everywhere)


def reruled(policy: str, change: Callable[[dict[str, Any]], object], *, everywhere: bool = False) -> Enter:
    """Let the server load a changed rule file."""
    names = (f"loaded/{policy}.yml", *([f"{policy}/rules.yml"] if everywhere else []))
    return lambda world: world.changed(change, *names)


def honored(line: str, job: str) -> Enter:
    """Scrape a series with labels of its own. In the end the series is marked as stale.

    The server marks nothing as stale when a job leaves the configuration.
    """

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        with exporter(lambda _: f"{line}\n") as found:
            target = {"targets": [found.address], "labels": {"instance": f"{job}-1"}}
            scrape = {"job_name": job, "honor_labels": True, "static_configs": [target]}
            with world.changed(lambda root: root["scrape_configs"].append(scrape), "prometheus.yml"):
                world.until_has(line.rpartition(" ")[0])
                yield
                found.text = lambda _: ""
                world.until_has(f'timestamp(up{{job="{job}"}}) > {time.time():.3f}')

    return entered


def forgotten(enter: Enter, selector: str) -> Enter:
    """Delete the series that a fault leaves behind, when nothing writes them any more."""

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        with enter(world):
            yield
        newest = f"max(timestamp({{__name__=~'.+:.+|up',{selector[1:]}))"
        world.until_has(f"absent({newest}) or time() - {newest} > 3")
        path = "/api/v1/admin/tsdb/delete_series"
        answer = world.server.client.send("POST", world.server.url, path, f"match[]={selector}".encode())
        assert answer.status == 204, answer.body

    return entered


def rewritten(folder: Callable[[World], Path], name: str, text: str) -> Enter:
    """Write another text into a file of the machine."""

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        path = folder(world) / name
        healthy = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(healthy, encoding="utf-8")

    return entered
