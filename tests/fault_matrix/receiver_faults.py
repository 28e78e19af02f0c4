"""Faults of what comes by federation, by remote write or by a push: no target of the server exports it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.model.outcome import Reason
from gonogo.programs.processes import prometheus, pushgateway
from gonogo.server.api import query
from tests.fault_matrix.estate_stage import EstateStage, exporter
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, beside, forgotten, saying
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.second_server import second_server
from tests.waiting import await_true

ADMIN = ("--web.enable-admin-api",)
CART = 'service="cart",metric_realm="prod"'
ISLAND = f'{{{CART},job="island",instance="island-1"}}'


def received(name: str, mechanism: str, gate: str, enter: Enter, reason: Reason, kind: str) -> Fault:
    """Make a fault of a series without a target of its own."""
    return evidence_fault(name, mechanism, gate, enter, reason, kind=kind, form="gauge")


def honored(text: str, age: float = 0.0, beat_age: float | None = None) -> Enter:
    """Scrape series with labels of their own and timestamps of some age, and the heartbeat of a trusted receiver."""

    def written(now: float) -> str:
        beat = "" if beat_age is None else f"island_beat 1 {(now - beat_age) * 1000:.0f}\n"
        return f"{text} {(now - age) * 1000:.0f}\n{beat}"

    return forgotten(beside(written, "relay", honor_labels=True), '{job=~"isl.*"}', '{job="relay"}')


@contextmanager
def upstream(place: EstateStage, *, honor: bool, metric: str) -> Iterator[None]:
    """Federate from a second server, which then scrapes the application no more and repeats its last sample."""
    with tempfile.TemporaryDirectory() as made, exporter(saying(f"{metric}{{{CART}}} 0.2\n")) as application:
        folder = Path(made)
        job = {"job_name": "far", "static_configs": [{"targets": [application.address]}]}
        root = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
        path = folder / "prometheus.yml"
        path.write_text(yaml.safe_dump(root), encoding="utf-8")
        with prometheus(folder / "data", path) as other:
            await_true(lambda: query(other.client, other.url, metric).series)
            scrape = {
                "job_name": "federation",
                "honor_labels": honor,
                "metrics_path": "/federate",
                "params": {"match[]": [metric]},
                "static_configs": [{"targets": [other.url.partition("://")[2]]}],
            }
            with place.changed("prometheus.yml", lambda found: found["scrape_configs"].append(scrape)):
                path.write_text(yaml.safe_dump(root | {"scrape_configs": []}), encoding="utf-8")
                assert other.client.send("POST", other.url, "/-/reload").status == 200
                yield


def federated(metric: str, *, honor: bool) -> Enter:
    """Federate a dead application, and delete its series afterwards: it has timestamps, so nothing marks it stale."""
    selectors = ('{job="far"}', '{job="federation"}')
    return forgotten(lambda place: upstream(place, honor=honor, metric=metric), *selectors)


def pushed(text: str, group: dict[str, str], *, honor: bool, timed: bool) -> Enter:
    """Push once, and scrape the Pushgateway, with or without the time of the push."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as folder, pushgateway(Path(folder), flags=ADMIN) as gateway:
            PushGroup.at(gateway.url, group).publish(f"{text}\n".encode())
            drop = {"source_labels": ["__name__"], "regex": "push_(failure_)?time_seconds", "action": "drop"}
            scrape = {
                "job_name": "gateway",
                "honor_labels": honor,
                "static_configs": [{"targets": [gateway.url.partition("://")[2]]}],
                "metric_relabel_configs": [] if timed else [drop],
            }
            with place.changed("prometheus.yml", lambda root: root["scrape_configs"].append(scrape)):
                yield
                assert gateway.client.send("PUT", gateway.url, "/api/v1/admin/wipe").status == 202
                place.until_has(f'timestamp(up{{job="gateway"}}) > {time.time():.3f}')

    return entered


QUEUE = f"app_queue{{{CART}}} 3"
BATCH = {"job": "batch", "instance": "batch-1"}
LIKE_CART = {"job": "app", "instance": "cart-1", "zone": "b"}

FAULTS = (
    received(
        "federated-with-labels",
        "federation with `honor_labels` brings a series of no target",
        "saturation",
        federated("app_saturation", honor=True),
        Reason.SOURCE_UNKNOWN,
        "federation",
    ),
    received(
        "federated-dead-under-max",
        "federation repeats the last sample of a dead application under `max`",
        "saturation",
        federated("app_saturation", honor=False),
        Reason.SOURCE_STALE,
        "federation",
    ),
    received(
        "federated-dead-under-sum",
        "federation repeats the last sample of a dead application under `sum`",
        "queue",
        federated("app_queue", honor=False),
        Reason.SOURCE_STALE,
        "federation",
    ),
    received(
        "relayed-untrusted",
        "a relay with `honor_labels` brings the series of a job that no one vouches for",
        "latency",
        honored(f'app_latency{{{CART},job="isle",instance="isle-1"}} 0.1'),
        Reason.SOURCE_UNKNOWN,
        "receiver",
    ),
    received(
        "trusted-without-heartbeat",
        "a trusted receiver brings a series, and its heartbeat is nowhere",
        "saturation",
        honored(f"app_saturation{ISLAND} 0.2"),
        Reason.SOURCE_UNKNOWN,
        "receiver",
    ),
    received(
        "trusted-with-old-heartbeat",
        "a trusted receiver brings a series, and its heartbeat is 200 s old",
        "queue",
        honored(f"app_queue{ISLAND} 2", beat_age=200),
        Reason.SOURCE_UNKNOWN,
        "receiver",
    ),
    received(
        "trusted-with-old-samples",
        "a trusted receiver beats, and its samples are 200 s old",
        "latency",
        honored(f"app_latency{ISLAND} 0.1", age=200, beat_age=0),
        Reason.SOURCE_STALE,
        "receiver",
    ),
    received(
        "written-under-sum",
        "a second server remote-writes a raw series of a job that is no target",
        "queue",
        forgotten(second_server("app_queue", 2, job="otel", instance="otel-1"), '{job="otel"}'),
        Reason.SOURCE_UNKNOWN,
        "receiver",
    ),
    received(
        "written-under-max",
        "a second server remote-writes a raw series without job and instance",
        "saturation",
        forgotten(second_server("app_saturation", 0.2), 'app_saturation{job=""}'),
        Reason.SOURCE_UNKNOWN,
        "receiver",
    ),
    received(
        "pushed-without-time",
        "a Pushgateway is scraped without `honor_labels`, and the push time is dropped",
        "queue",
        pushed(QUEUE, BATCH, honor=False, timed=False),
        Reason.SOURCE_UNKNOWN,
        "pushed",
    ),
    received(
        "pushed-with-labels-without-time",
        "a Pushgateway is scraped with `honor_labels` without the push time",
        "queue",
        pushed(QUEUE, BATCH, honor=True, timed=False),
        Reason.SOURCE_UNKNOWN,
        "pushed",
    ),
    received(
        "pushed-long-ago",
        "a Pushgateway is scraped without `honor_labels`, and the push is over 5 s old",
        "queue",
        pushed(QUEUE, BATCH, honor=False, timed=True),
        Reason.PUSH_STALE,
        "pushed",
    ),
    received(
        "pushed-like-a-target",
        "a push over 5 s old has the job and the instance of a healthy target",
        "queue",
        pushed(QUEUE, LIKE_CART, honor=True, timed=True),
        Reason.PUSH_STALE,
        "pushed",
    ),
)
