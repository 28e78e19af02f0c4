"""Beats twice and waits until the server has these two beats.

A month of healthy history proves nothing about the writer now. These two beats do.
"""

from __future__ import annotations

import time
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.heartbeat.own_beats import OwnBeats, heartbeat_samples, newest_numbers
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.journal.runs import Recording, Run, failed
from gonogo.model.outcome import Outcome
from gonogo.model.record import TWO_BEATS
from gonogo.model.series import HEARTBEAT_OK
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import PolicyFile
from gonogo.policy.server import Server, client_of, server_of
from gonogo.server.http import Client
from gonogo.server.status_api import targets
from gonogo.stopping import looks
from gonogo.verdict.decide import foreseen

BEATS = 2

SLACK = timedelta(seconds=10)
LONGEST_SCRAPE = timedelta(minutes=5)
"""The longest wait for a scrape, even if the server reports a longer scrape interval."""

ONE_ANSWER = timedelta(seconds=10)
LOOK_EVERY = 0.2


def two_beats(policy_file: PolicyFile, url: str | None = None, slack: timedelta = SLACK) -> Run:
    """Beat twice, wait until the server has each number, and record the outcome.

    A policy without the signal ``heartbeat_ok`` reads no heartbeat. Then no beat is made.

    Raises:
        PolicyError: the heartbeat's keys have mistakes, or an input is missing.
        UsageError: an address is not a URL.
        ActionFailed: the journal cannot be written.
    """
    if HEARTBEAT_OK not in policy_file.policy.signals:
        return Run(TWO_BEATS, Outcome.PASS, "the policy reads no heartbeat, so none was made")
    server = server_of(policy_file, url)
    client = client_of(policy_file.server, at_most=ONE_ANSWER)
    writer = heartbeat_writer(load_heartbeat(policy_file.path))
    with Recording(policy_file, TWO_BEATS) as record:
        record.finish(_follow(policy_file, writer, client, server, slack))
    return record.run


def _follow(policy_file: PolicyFile, writer: HeartbeatWriter, client: Client, server: Server, slack: timedelta) -> Run:
    patience = patience_for(policy_file, client, server, slack)
    seen = []
    for _ in range(BEATS):
        own = OwnBeats(writer, writer.beat())
        began = time.monotonic()
        if why := _await(policy_file, own, client, server, patience):
            return failed(TWO_BEATS, (why,), f"beat {own.beat.sequence} did not arrive", {})
        seen.append({"sequence": own.beat.sequence, "arrived_after_seconds": round(time.monotonic() - began, 2)})
    arrived = " and ".join(f"{one['sequence']} after {one['arrived_after_seconds']} s" for one in seen)
    return Run(TWO_BEATS, Outcome.PASS, f"the server has the beats {arrived}", seen={"beats": seen})


def _await(policy_file: PolicyFile, own: OwnBeats, client: Client, server: Server, patience: timedelta) -> str:
    """Wait until the beat is on the server. Return the reason if it does not arrive, else an empty text."""
    number, at = own.writer.sequence_metric, own.writer.time_metric
    why = ""
    for _ in looks(patience.total_seconds(), LOOK_EVERY):
        try:
            found = heartbeat_samples(client, server.url, policy_file.policy, (number, at))
        except SourceError as error:
            why = str(error)
        else:
            if own.arrival(found) is not None:
                return ""
            why = (
                f"after {patience.total_seconds():.0f} s the server has {newest_numbers(found, number)} for {number}, "
                "none with the time of this writer's beat; check that the server scrapes the heartbeat of this machine"
            )
    return why


def patience_for(policy_file: PolicyFile, client: Client, server: Server, slack: timedelta = SLACK) -> timedelta:
    """Return the time to wait for a beat: one scrape of the slowest target, the delay of vmalert, and some slack.

    Raises:
        SourceError: the server does not list its targets.
    """
    late = foreseen(policy_file, server, client).late
    known = [target.scrape_interval for target in targets(client, server.targets_url)]
    slowest = max((interval for interval in known if interval is not None), default=timedelta(minutes=1))
    return min(slowest, LONGEST_SCRAPE) + late + slack
