"""The shop's world for faults of evidence: who made a sample, and how old its inputs are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from gonogo.model.verdict import Verdict
from tests.fault_matrix.estate_stage import EstateStage, Text, estate, exporter

Enter = Callable[[EstateStage], AbstractContextManager[object]]

Change = Callable[[str], str]
"""Changes what an instance exports."""


@contextmanager
def evidence_stage() -> Iterator[EstateStage]:
    """Start the world with a server that takes remote writes and deletes series when asked to."""
    flags = ("--web.enable-admin-api", "--web.enable-remote-write-receiver")
    with tempfile.TemporaryDirectory() as folder, estate(Path(folder), flags=flags) as place:
        yield place


def dropped(*metrics: str) -> Change:
    """Export some metrics no more."""
    beginnings = tuple(f"{metric}{{" for metric in metrics)
    return lambda text: "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(beginnings))


def valued(metric: str, value: float) -> Change:
    """Export a metric with another value."""

    def change(text: str) -> str:
        lines = text.splitlines()
        return "".join(
            f"{line.rpartition(' ')[0]} {value}\n" if line.startswith(f"{metric}{{") else f"{line}\n" for line in lines
        )

    return change


def stamped(metric: str, at: Callable[[], float]) -> Change:
    """Export a metric with a timestamp of the exporter's own, in unix seconds."""

    def change(text: str) -> str:
        stamp = f" {at() * 1000:.0f}"
        return "".join(f"{line}{stamp if line.startswith(f'{metric}{{') else ''}\n" for line in text.splitlines())

    return change


def exported(change: Change, *names: str) -> Enter:
    """Change what some instances export."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with ExitStack() as held:
            for name in names:
                held.enter_context(place.exporting(name, change))
            yield

    return entered


def stuck(metric: str, *names: str) -> Enter:
    """Let some instances export a metric with timestamps of their own, which then stand still."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        held: list[float] = []
        with exported(stamped(metric, lambda: held[0] if held else time.time()), *names)(place):
            for name in names:
                place.until_has(f'timestamp({metric}{{instance="{name}"}}) > {time.time():.3f}')
            held.append(time.time())
            yield

    return entered


def lagging(metric: str, seconds: float, service: str) -> Enter:
    """Scrape one more instance of a service, whose samples are old by their own timestamps from the start."""

    def text(now: float) -> str:
        line = f'{metric}{{service="{service}",metric_realm="prod"}}'
        return f"{line} {0.1 if metric != 'app_requests_total' else now - 1.7e9:.1f} {(now - seconds) * 1000:.0f}\n"

    return forgotten(beside(text, "lagging"), '{job="lagging"}')


def ruled(record: str, **changed: object) -> Enter:
    """Change a rule, on disk and in the server."""

    def change(root: dict[str, Any]) -> None:
        next(rule for rule in root["groups"][0]["rules"] if rule["record"] == record).update(changed)

    return lambda place: place.changed("rules.yml", change)


def beside(text: Text, job: str, **options: object) -> Enter:
    """Scrape one more exporter, as a job of its own. In the end its series are marked as stale.

    The server marks nothing as stale when a job leaves the configuration.
    """

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with exporter(text) as found:
            target = {"targets": [found.address], "labels": {"instance": f"{job}-1"}}
            scrape = {"job_name": job, "static_configs": [target], **options}
            with place.changed("prometheus.yml", lambda root: root["scrape_configs"].append(scrape)):
                yield
                found.text = saying("")
                place.until_has(f'timestamp(up{{job="{job}"}}) > {time.time():.3f}')

    return entered


def saying(text: str) -> Text:
    """Export the same text at all times."""
    return lambda _: text


def together(*enters: Enter) -> Enter:
    """Let several things happen, one after another, and undo them in the opposite order."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with ExitStack() as held:
            for enter in enters:
                held.enter_context(enter(place))
            yield

    return entered


def forgotten(enter: Enter, *selectors: str) -> Enter:
    """Delete the series that a fault leaves behind, after the server scraped and evaluated without the fault."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        try:
            with enter(place):
                yield
        finally:
            place.until_has(f'min(timestamp(up{{job="app"}})) > {time.time() + 1.5:.3f}')
            chosen = "&".join(f"match[]={selector}" for selector in selectors)
            path = "/api/v1/admin/tsdb/delete_series"
            answer = place.server.client.send("POST", place.server.url, path, chosen.encode())
            assert answer.status == 204, answer.body

    return entered


def sparing(subject: str, enter: Enter) -> Enter:
    """See that the other subject is GO, while the fault shows in one."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with enter(place):
            yield
            verdicts = {s.labels["service"]: s.verdict for s in place.decide().judgement.subjects if s.labels}
            assert verdicts.pop(subject) is Verdict.GO, verdicts
            assert set(verdicts.values()) != {Verdict.GO}

    return entered
