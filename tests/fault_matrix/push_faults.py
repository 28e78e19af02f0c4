"""Faults of a pushed heartbeat: what the Pushgateway keeps is not what is alive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.sandbox.sources import INSTANCE
from tests.fault_matrix.exposed import Change, relabelled, valued
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.sources_stage import Enter, configured, from_gateway, spoiled
from tests.fault_matrix.stage import Stage
from tests.fault_matrix.target_faults import gateway_killed, push_times, without_job
from tests.live.proxy import Passing

JOB = "duri_heartbeat"
SEQ, TS = "duri_textfile_heartbeat_seq", "duri_textfile_heartbeat_ts"
REALM = 'metric_realm="sandbox"'


def fault(name: str, mechanism: str, enter: Enter, reason: Reason | None) -> Fault:
    """Make a fault of the pushed heartbeat."""
    verdict = Verdict.NO_GO if reason is None else Verdict.HOLD
    return Fault(name, mechanism, "push", "heartbeat", "heartbeat", verdict, reason, enter, stage="push", group="push")


def group(place: Stage, job: str = JOB) -> PushGroup:
    """Name a group of the Pushgateway."""
    return PushGroup.at(place.stack.pushgateway.url, {"job": job, "instance": INSTANCE})


def heartbeat_text(place: Stage) -> str:
    """Read what the heartbeat's group holds."""
    server = place.stack.pushgateway
    text = server.client.get(server.url, "/metrics").body.decode()
    return "".join(line for line in text.splitlines(keepends=True) if SEQ in line or TS in line)


def delete(place: Stage, job: str) -> None:
    """Delete a group."""
    server = place.stack.pushgateway
    server.client.send("DELETE", server.url, f"/metrics/job/{job}/instance/{INSTANCE}")


@contextmanager
def silent(place: Stage) -> Iterator[None]:
    """Keep the writer from beating."""
    place.stack.traffic.pause_beats()
    try:
        yield
    finally:
        place.stack.traffic.resume_beats()


@contextmanager
def restarted_empty(place: Stage) -> Iterator[None]:
    """Restart the Pushgateway without its storage, while the writer is silent."""
    with silent(place):
        place.stack.pushgateway.kill()
        place.stack.pushgateway.launch()
        place.stack.traffic.push()
        yield


@contextmanager
def group_deleted(place: Stage) -> Iterator[None]:
    """Delete the heartbeat's group, while the writer is silent."""
    with silent(place):
        delete(place, JOB)
        yield


def pushed_instead(change: Change) -> Enter:
    """Push something else into the heartbeat's group."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        with silent(place):
            group(place).publish(change(heartbeat_text(place)).encode())
            yield

    return enter


@contextmanager
def pushed_by_another_job(place: Stage) -> Iterator[None]:
    """Push a copy of the heartbeat as another job."""
    group(place, "other").publish(heartbeat_text(place).encode())
    try:
        yield
    finally:
        delete(place, "other")


@contextmanager
def only_the_textfile(place: Stage) -> Iterator[None]:
    """Let only the copy in the text file go on."""
    with silent(place):
        writer = heartbeat_writer(load_heartbeat(place.stack.layout.policy), instance=INSTANCE)
        replace(writer, group=None).beat()
        yield


@contextmanager
def relayed(place: Stage) -> Iterator[None]:
    """Push a beat of two minutes ago, now."""
    with silent(place):
        place.stack.traffic.beat(lag=timedelta(seconds=118))
        yield


@contextmanager
def labels_not_honoured(place: Stage) -> Iterator[None]:
    """Scrape the Pushgateway without honouring labels, while the writer is silent."""
    with silent(place), configured("pushgateway", lambda job: job.update(honor_labels=False))(place):
        yield


def answering(spoil: Callable[[Passing], Passing]) -> Enter:
    """Spoil what the Pushgateway answers to scrapes."""
    return spoiled("pushgateway", spoil)


FAULTS = (
    fault("pushed-writer-dead", "the writer died, and the Pushgateway keeps its last beat", silent, Reason.PUSH_STALE),
    fault(
        "only-the-textfile-beats",
        "beats reach the text file, and the rules read the pushed copy",
        only_the_textfile,
        Reason.PUSH_STALE,
    ),
    fault(
        "heartbeat-gateway-clock-ahead",
        "the Pushgateway dates the heartbeat's push an hour ahead",
        from_gateway(push_times(lambda at: at + 3600, JOB)),
        Reason.FUTURE,
    ),
    fault(
        "heartbeat-push-of-yesterday",
        "the Pushgateway dates the heartbeat's push a day back",
        from_gateway(push_times(lambda at: at - 86_400, JOB)),
        Reason.PUSH_STALE,
    ),
    fault("old-beat-pushed-late", "a relay pushes a beat of two minutes ago just now", relayed, None),
    fault(
        "pushed-in-milliseconds",
        "the pushed time is in milliseconds",
        pushed_instead(valued(lambda _: time.time() * 1000, TS)),
        Reason.FUTURE,
    ),
    fault(
        "pushed-without-realm",
        "the heartbeat is pushed without a realm",
        pushed_instead(relabelled(f"{REALM},", "", SEQ, TS)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault("pushed-by-two-jobs", "another job pushes the same heartbeat", pushed_by_another_job, Reason.AMBIGUOUS),
    fault("heartbeat-gateway-killed", "the heartbeat's Pushgateway is killed", gateway_killed, Reason.SOURCE_UNKNOWN),
    fault(
        "gateway-restarted-empty",
        "the Pushgateway restarts without what it held",
        restarted_empty,
        Reason.SOURCE_UNKNOWN,
    ),
    fault("group-deleted", "somebody deletes the heartbeat's group", group_deleted, Reason.SOURCE_UNKNOWN),
    fault(
        "gateway-503",
        "the Pushgateway answers scrapes with 503",
        answering(lambda passing: replace(passing, status=503, body=b"busy")),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "heartbeat-gateway-unscraped",
        "nobody scrapes the heartbeat's Pushgateway any more",
        without_job("pushgateway"),
        Reason.PUSH_STALE,
    ),
    fault(
        "dead-under-other-labels",
        "the server takes the Pushgateway's labels for its own, and the writer is dead",
        labels_not_honoured,
        Reason.PUSH_STALE,
    ),
)
