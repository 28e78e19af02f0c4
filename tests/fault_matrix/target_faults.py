"""Faults of targets and scrapes: the exporter is gone, is another, or the server takes something else from it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.programs.processes import node_exporter
from tests.fault_matrix.exposed import valued
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.sources_stage import (
    Enter,
    address,
    configured,
    forgotten,
    from_gateway,
    gateway,
    node,
    reconfigured,
    scraped_at,
    spoiled,
    stopped,
)
from tests.fault_matrix.stage import Stage
from tests.live.proxy import Passing, Spoil

GATES = {
    "heartbeat": "heartbeat",
    "budget": "error-budget-burn-ok",
    "canary": "canary-quorum-pass",
    "rehearsal": "dr-rehearsal-24h-pass",
    "stability": "stability",
    "uptime": "uptime",
}
HOUR = 3600.0
PUSH_TIME = "push_time_seconds"
TRAFFIC = "duri_traffic.prom"


def fault(
    name: str, mechanism: str, enter: Enter, reason: Reason, signal: str = "heartbeat", kind: str = "target"
) -> Fault:
    """Make a fault that leaves a signal unknown."""
    return Fault(
        name, mechanism, kind, signal, GATES[signal], Verdict.HOLD, reason, enter, stage="sources", group="targets"
    )


def from_node(spoil: Callable[[Passing], Passing]) -> Enter:
    """Spoil what the exporter answers."""
    return spoiled("node", spoil)


def limited(**limits: object) -> Enter:
    """Set limits of the exporter's job."""
    return configured("node", lambda job: job.update(limits))


def relabel(**rule: object) -> Enter:
    """Relabel what was scraped from the exporter."""
    return configured("node", lambda job: job.update(metric_relabel_configs=[rule]))


def without_job(name: str) -> Enter:
    """Leave a scrape job out."""

    def change(root: dict[str, Any]) -> None:
        root["scrape_configs"] = [job for job in root["scrape_configs"] if job["job_name"] != name]

    return reconfigured(change)


def again_as(instance: str) -> Enter:
    """Scrape the exporter a second time, as another instance."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        second = {"targets": [address(place.stack.node_exporter.url)], "labels": {"instance": instance}}
        with configured("node", lambda job: job["static_configs"].append(second))(place):
            yield

    return forgotten(enter, f'{{instance="{instance}"}}', whole=True)


@contextmanager
def paused(place: Stage) -> Iterator[None]:
    """Stop the exporter's process in its tracks."""
    place.stack.node_exporter.pause()
    try:
        yield
    finally:
        place.stack.node_exporter.resume()


@contextmanager
def at_the_gateway(place: Stage) -> Iterator[None]:
    """Scrape the Pushgateway where the exporter was meant; what it says of itself is fine."""
    with scraped_at(place.stack.pushgateway.url, "node")(place):
        place.stack.until(lambda: not place.stack.has("duri_slo_events_total"), "what the exporter exported to end")
        yield


@contextmanager
def another_instance_name(place: Stage) -> Iterator[None]:
    """Scrape the exporter under another instance, and see a beat arrive there."""
    with configured("node", lambda job: job["static_configs"][0]["labels"].update(instance="renamed"))(place):
        place.stack.until(
            lambda: place.stack.has('duri_textfile_heartbeat_seq{instance="renamed"}'), "the renamed instance"
        )
        place.stack.traffic.beat()
        yield


def dying_instance(*metrics: str) -> Enter:
    """Let a second exporter count the same events as a part of the sum, and then die."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        folder = Path(tempfile.mkdtemp(dir=place.stack.layout.directory))
        text = (place.stack.layout.textfile_dir / TRAFFIC).read_text(encoding="utf-8")
        own = "".join(line for line in text.splitlines(keepends=True) if line.startswith(metrics))
        (folder / "second.prom").write_text(own, encoding="utf-8")
        with node_exporter(folder, directory=folder) as second:
            job = {
                "job_name": "second",
                "static_configs": [{"targets": [address(second.url)], "labels": {"instance": "b"}}],
            }
            with reconfigured(lambda root: root["scrape_configs"].append(job))(place):
                place.stack.until(lambda: place.stack.has(f'{metrics[0]}{{instance="b"}}'), "the second instance")
                second.kill()
                yield

    return enter


@contextmanager
def gateway_killed(place: Stage) -> Iterator[None]:
    """Kill the Pushgateway; what it held comes with the next push."""
    with stopped(gateway)(place):
        yield
    place.stack.traffic.push()


def body(text: bytes, status: int = 200, kind: str = "text/plain") -> Spoil:
    """Answer a scrape with this."""
    return lambda passing: replace(passing, body=text, status=status, kind=kind)


def push_times(change: Callable[[float], float], job: str) -> Callable[[str], str]:
    """Change when a job is said to have pushed."""

    def changed(text: str) -> str:
        return "".join(
            valued(change, PUSH_TIME)(line) if f'job="{job}"' in line else line
            for line in text.splitlines(keepends=True)
        )

    return changed


DOWN = (
    fault("exporter-killed", "node_exporter is killed", stopped(node), Reason.SOURCE_DOWN),
    fault("exporter-paused", "node_exporter is stopped with SIGSTOP, and scrapes time out", paused, Reason.SOURCE_DOWN),
    fault(
        "port-of-nothing",
        "the target's port is one that nothing listens on",
        scraped_at("http://127.0.0.1:1", "node"),
        Reason.SOURCE_DOWN,
    ),
    fault("wrong-path", "the metrics path is wrong", limited(metrics_path="/metric"), Reason.SOURCE_DOWN),
    fault("exporter-503", "the target answers 503", from_node(body(b"overloaded", 503)), Reason.SOURCE_DOWN),
    fault("exporter-401", "the target wants a password", from_node(body(b"Unauthorized", 401)), Reason.SOURCE_DOWN),
    fault(
        "exporter-html",
        "a web page answers in the exporter's place",
        from_node(body(b"<html><body>Welcome</body></html>", kind="text/html")),
        Reason.SOURCE_DOWN,
    ),
    fault(
        "exporter-cut",
        "the exporter's answers end in the middle",
        from_node(lambda p: replace(p, body=p.body[: len(p.body) // 2], promised=len(p.body))),
        Reason.SOURCE_DOWN,
    ),
    fault(
        "exporter-dripping",
        "the exporter's answers come a byte in 0.2 s",
        from_node(lambda p: replace(p, drip=0.2)),
        Reason.SOURCE_DOWN,
    ),
    fault("sample-limit", "the scrape has more samples than its limit", limited(sample_limit=1), Reason.SOURCE_DOWN),
    fault("body-limit", "the scrape is larger than its limit", limited(body_size_limit="100B"), Reason.SOURCE_DOWN),
    fault("label-limit", "series have more labels than the limit", limited(label_limit=2), Reason.SOURCE_DOWN),
    fault(
        "label-length-limit",
        "a label's value is longer than the limit",
        limited(label_value_length_limit=3),
        Reason.SOURCE_DOWN,
    ),
    fault(
        "budget-instance-died",
        "one of two instances that count an objective's events died",
        dying_instance("duri_slo_events_total", "duri_slo_bad_total"),
        Reason.SOURCE_DOWN,
        "budget",
    ),
    fault(
        "canary-instance-died",
        "one of two instances that count canaries died",
        dying_instance("duri_canary_promote_total", "duri_canary_rollback_total"),
        Reason.SOURCE_DOWN,
        "canary",
    ),
    fault(
        "stability-instance-died",
        "one of two instances that count evidence died",
        dying_instance("duri_ev_created_total"),
        Reason.SOURCE_DOWN,
        "stability",
    ),
)

GONE = (
    fault("job-removed", "the scrape job is gone from the configuration", without_job("node"), Reason.SOURCE_UNKNOWN),
    fault(
        "target-dropped",
        "a relabelling drops the target",
        limited(relabel_configs=[{"action": "drop", "source_labels": ["instance"], "regex": ".*"}]),
        Reason.SOURCE_UNKNOWN,
    ),
    fault("exporter-empty", "the exporter answers 200 and nothing", from_node(body(b"")), Reason.SOURCE_SILENT),
    fault(
        "another-exporter",
        "the target's address is that of another exporter",
        at_the_gateway,
        Reason.SOURCE_SILENT,
    ),
    fault(
        "series-dropped",
        "a metric relabelling drops the sequence",
        relabel(action="drop", source_labels=["__name__"], regex="duri_textfile_heartbeat_seq"),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "budget-dropped",
        "a metric relabelling drops the counters of the objective",
        relabel(action="drop", source_labels=["__name__"], regex="duri_slo_.*"),
        Reason.SOURCE_SILENT,
        "budget",
    ),
    fault(
        "realm-dropped",
        "a metric relabelling drops the realm",
        relabel(action="labeldrop", regex="metric_realm"),
        Reason.SOURCE_UNKNOWN,
        "canary",
    ),
    fault(
        "realm-stamped",
        "a metric relabelling stamps realm dev on everything",
        relabel(action="replace", target_label="metric_realm", replacement="dev"),
        Reason.SOURCE_UNKNOWN,
        "stability",
    ),
)

LABELS = (
    fault(
        "smoke-stamped",
        "a metric relabelling marks the unique ratio as smoke",
        relabel(source_labels=["__name__"], regex="duri_p_unique_ratio", target_label="mode", replacement="smoke"),
        Reason.SYNTHETIC,
        "canary",
    ),
    fault(
        "job-renamed",
        "a metric relabelling renames the job of the unique ratio, which no target bears",
        relabel(source_labels=["__name__"], regex="duri_p_unique_ratio", target_label="job", replacement="elsewhere"),
        Reason.SOURCE_UNKNOWN,
        "canary",
    ),
    fault(
        "two-targets-one-exporter",
        "two targets export the same heartbeat",
        again_as("other"),
        Reason.AMBIGUOUS,
    ),
    fault(
        "instance-renamed",
        "the target's instance has another name, and uptime has two series",
        forgotten(another_instance_name, '{instance="renamed"}', whole=True),
        Reason.AMBIGUOUS,
        "uptime",
    ),
)

PUSHED = (
    fault(
        "pushgateway-killed", "the Pushgateway is killed", gateway_killed, Reason.SOURCE_UNKNOWN, "rehearsal", "push"
    ),
    fault(
        "dead-job-still-pushed",
        "the Pushgateway keeps the values of a job that died yesterday",
        from_gateway(push_times(lambda at: at - 26 * HOUR, "dr_rehearsal")),
        Reason.PUSH_STALE,
        "rehearsal",
        "push",
    ),
    fault(
        "dead-job-under-v",
        "the Pushgateway keeps values under V that were pushed ten minutes ago",
        from_gateway(push_times(lambda at: at - 600, "dr_rehearsal")),
        Reason.PUSH_STALE,
        "stability",
        "push",
    ),
    fault(
        "pushgateway-clock-ahead",
        "the Pushgateway's clock is an hour ahead",
        from_gateway(push_times(lambda at: at + HOUR, "dr_rehearsal")),
        Reason.FUTURE,
        "rehearsal",
        "push",
    ),
    fault(
        "push-time-nan",
        "the time of the push is NaN",
        from_gateway(push_times(lambda _: float("nan"), "dr_rehearsal")),
        Reason.PUSH_STALE,
        "rehearsal",
        "push",
    ),
    fault(
        "push-time-lost",
        "pushed series come without the time of their push",
        from_gateway(lambda text: "".join(s for s in text.splitlines(keepends=True) if not s.startswith(PUSH_TIME))),
        Reason.SOURCE_UNKNOWN,
        "rehearsal",
        "push",
    ),
)

FAULTS = (*DOWN, *GONE, *LABELS, *PUSHED)
