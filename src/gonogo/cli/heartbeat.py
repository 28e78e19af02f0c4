"""``gonogo heartbeat``: one beat, a daemon of them, or one followed from the writer to the rule."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import click

from gonogo.app.heartbeat import heartbeat_writer
from gonogo.cli.options import format_option, policy_option
from gonogo.durations import parse_duration
from gonogo.errors import UsageError
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.render.heartbeat_text import beat_text
from gonogo.render.plain import plain


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def heartbeat() -> None:
    """Prove that somebody is there: beat once, keep beating, or verify a beat end to end.

    Example: gonogo heartbeat beat --policy gonogo.yaml
    """


@heartbeat.command()
@policy_option
@format_option
def beat(policy_path: Path, form: str) -> None:
    """Publish one beat, for cron and timers.

    Exit codes: 0 published, 1 not published everywhere, 2 usage or policy, 3 another writer was busy.

    Example: gonogo heartbeat beat --policy gonogo.yaml
    """
    published = heartbeat_writer(load_heartbeat(policy_path)).beat()
    if published.recovered:
        print(f"gonogo: {plain(published.recovered)}", file=sys.stderr)
    if form == "text":
        print(beat_text(published))
        return
    from gonogo.render.heartbeat_json import beat_json

    print(beat_json(published))


@heartbeat.command()
@policy_option
@click.option("--every", metavar="DURATION", help="The interval, over the policy's heartbeat.every.")
def run(policy_path: Path, every: str | None) -> int:
    """Keep beating; go on after failures, which are logged.

    Ends with SIGTERM (exit 0) or an interrupt (exit 130). Tells systemd when it is
    ready, and feeds its watchdog after each beat that was published everywhere.

    Example: gonogo heartbeat run --every 45s
    """
    from gonogo.cli.heartbeat_daemon import keep_beating

    file = load_heartbeat(policy_path)
    return keep_beating(heartbeat_writer(file), _interval(every) if every else file.heartbeat.every)


def _interval(text: str) -> timedelta:
    try:
        interval = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--every: {error}") from error
    if not interval:
        raise UsageError("--every: the interval must be above 0", next_step="write for example --every 45s")
    return interval
