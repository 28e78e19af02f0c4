"""Two beats of the dry run's own, followed until the server has their very numbers.

A month of healthy history says nothing about the writer now: only these do.
"""

from __future__ import annotations

import time
from datetime import timedelta

from gonogo.actuators.heartbeat_writer import HeartbeatWriter
from gonogo.app.heartbeat import heartbeat_writer
from gonogo.app.runs import Run, failed, recorded
from gonogo.app.server import Server, client_of, server_of
from gonogo.app.smoke import HEARTBEAT_OK
from gonogo.errors import SourceError
from gonogo.model.outcome import Outcome
from gonogo.model.series import REALM_LABEL
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import PolicyFile
from gonogo.prometheus.api import query
from gonogo.prometheus.http import Client
from gonogo.prometheus.targets_api import targets
from gonogo.rules.matchers import named

TWO_BEATS = "two-beats"
"""The kind of their record."""

BEATS = 2

REACH = 1000
"""How far above its own number a beat is still known to have arrived.

Numbers come from one state under one lock, so a higher one was given out after ours
was published: another writer of this machine may be seen before us.
"""

SLACK = timedelta(seconds=10)
LONGEST_SCRAPE = timedelta(minutes=5)
"""What is waited at most for a scrape, whatever the server says its interval is."""

ONE_ANSWER = timedelta(seconds=10)
LOOK_EVERY = 0.2


def two_beats(policy_file: PolicyFile, url: str | None = None) -> Run:
    """Beat twice, wait until the server has each number, and record the outcome.

    A policy without the signal ``heartbeat_ok`` reads no heartbeat: then none is made.

    Raises:
        PolicyError: the heartbeat's keys have mistakes, or an input is missing.
        UsageError: an address is no URL.
        ActionFailed: the journal cannot be written.
    """
    if HEARTBEAT_OK not in policy_file.policy.signals:
        return Run(TWO_BEATS, Outcome.PASS, "the policy reads no heartbeat, so none was made")
    server = server_of(policy_file, url)
    client = client_of(policy_file.server, at_most=ONE_ANSWER)
    writer = heartbeat_writer(load_heartbeat(policy_file.path))
    return recorded(policy_file, TWO_BEATS, lambda: _follow(policy_file, writer, client, server))


def _follow(policy_file: PolicyFile, writer: HeartbeatWriter, client: Client, server: Server) -> Run:
    patience = _patience(client, server)
    seen = []
    for _ in range(BEATS):
        beat = writer.beat()
        began = time.monotonic()
        if why := _await(policy_file, writer.sequence_metric, beat.sequence, client, server, patience):
            return failed(TWO_BEATS, (why,), f"beat {beat.sequence} did not arrive", {})
        seen.append({"sequence": beat.sequence, "arrived_after_seconds": round(time.monotonic() - began, 2)})
    told = " and ".join(f"{one['sequence']} after {one['arrived_after_seconds']} s" for one in seen)
    return Run(TWO_BEATS, Outcome.PASS, f"the server has beats {told}", seen={"beats": seen})


def _await(
    policy_file: PolicyFile, metric: str, sequence: int, client: Client, server: Server, patience: timedelta
) -> str:
    """Wait until the number is on the server; give why it is not, or nothing."""
    end = time.monotonic() + patience.total_seconds()
    while True:
        try:
            values = _values(policy_file, metric, client, server)
            why = f"after {patience.total_seconds():.0f} s the server has {_told(values)} for {metric}"
        except SourceError as error:
            values, why = [], str(error)
        if any(sequence <= value < sequence + REACH for value in values):
            return ""
        if time.monotonic() >= end:
            return why
        time.sleep(LOOK_EVERY)


def _values(policy_file: PolicyFile, metric: str, client: Client, server: Server) -> list[float]:
    policy = policy_file.policy
    wanted = {**policy.heartbeat.labels, "via": policy.heartbeat.read}
    if policy.realm is not None:
        wanted[REALM_LABEL] = policy.realm
    found = query(client, server.url, named((metric,))).series
    return [series.values[-1] for series in found if wanted.items() <= series.labels.items()]


def _told(values: list[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values) or "nothing"


def _patience(client: Client, server: Server) -> timedelta:
    """Wait one scrape of the slowest target, and some slack; a server that cannot be asked is not waited for."""
    known = [target.scrape_interval for target in targets(client, server.targets_url)]
    slowest = max((interval for interval in known if interval is not None), default=timedelta(minutes=1))
    return min(slowest, LONGEST_SCRAPE) + SLACK
