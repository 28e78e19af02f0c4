"""The command ``gonogo heartbeat``: one beat, a daemon that beats, or a beat followed from the writer to the rules."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from gonogo.cli.beat import beat as beat_once
from gonogo.cli.door import answer
from gonogo.cli.options import format_option, policy_option, prometheus_option
from gonogo.durations import parse_duration
from gonogo.errors import UsageError
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.policy.heartbeat import load_heartbeat

_take_over_option = click.option(
    "--take-over", is_flag=True, help="Replace the beats of a writer with other labels, as after a change of labels."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def heartbeat() -> None:
    """Prove that the writer is alive: beat once, keep beating, or verify a beat end to end.

    Example: gonogo heartbeat beat --policy gonogo.yaml
    """


@heartbeat.command()
@policy_option
@_take_over_option
@format_option
def beat(policy_path: Path, form: str, *, take_over: bool) -> None:
    """Publish one beat, for cron and timers.

    Exit codes: 0 published, 1 not published everywhere, 2 usage or policy, 3 another writer was busy.

    Example: gonogo heartbeat beat --policy gonogo.yaml
    """
    beat_once(policy_path, form, take_over=take_over)


@heartbeat.command()
@policy_option
@click.option("--every", metavar="DURATION", help="The interval, in place of the policy's heartbeat.every.")
@_take_over_option
def run(policy_path: Path, every: str | None, *, take_over: bool) -> int:
    """Keep beating. A beat that fails is logged, and the next beat is tried.

    Ends with SIGTERM (exit 0) or an interrupt (exit 130). Notifies systemd when the first
    beat is published, and its watchdog after each beat that was published everywhere.

    Example: gonogo heartbeat run --every 45s
    """
    from gonogo.cli.heartbeat_daemon import keep_beating

    file = load_heartbeat(policy_path)
    rhythm = _duration("--every", every) if every is not None else file.heartbeat.every
    writer = heartbeat_writer(file)
    if take_over:
        writer.beat(take_over=True)
    return keep_beating(writer, rhythm)


@heartbeat.command()
@policy_option
@prometheus_option
@click.option("--within", metavar="DURATION", default="2m", show_default=True, help="How long the beat may take.")
@format_option
def verify(policy_path: Path, url: str | None, within: str, form: str) -> int:
    """Beat once, and follow the beat to the server, through the rules, to the signal heartbeat_ok.

    The delay of rules that are evaluated late, such as those of vmalert, is added to --within.

    Exit codes: 0 seen at every stage, 1 missing at a stage, 2 usage or policy, 3 the server gave no valid answer.

    Example: gonogo heartbeat verify --policy gonogo.yaml --within 2m
    """
    from gonogo.heartbeat.print import followed_json, followed_text
    from gonogo.heartbeat.verify import LONGEST_ANSWER, Trail
    from gonogo.heartbeat.verify import verify as follow
    from gonogo.policy.load import load
    from gonogo.policy.server import client_of, server_of
    from gonogo.verdict.decide import foreseen

    patience = _duration("--within", within)
    policy_file = load(policy_path)
    writer = heartbeat_writer(load_heartbeat(policy_path))
    client = client_of(policy_file.server, at_most=min(patience, LONGEST_ANSWER))
    server = server_of(policy_file, url)
    trail = Trail(client, server.url, policy_file.policy, foreseen(policy_file, server, client).late)
    followed = follow(writer, trail, patience + trail.late)
    answer(followed_json(followed) if form == "json" else f"{followed_text(followed)}\n")
    return 0 if followed.arrived else 1


def _duration(option: str, text: str) -> timedelta:
    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
    if not duration:
        raise UsageError(f"{option}: the time must be greater than zero", next_step=f"for example {option} 45s")
    return duration
