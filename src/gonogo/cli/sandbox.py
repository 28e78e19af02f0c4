"""The command ``gonogo sandbox``: runs the demo stack in the foreground until it is interrupted."""

from __future__ import annotations

import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from gonogo.cli.door import answer
from gonogo.cli.options import GivenPath
from gonogo.durations import parse_duration
from gonogo.errors import UsageError
from gonogo.formats.document import document
from gonogo.model.plain import plain
from gonogo.stopping import Stopped, pause

if TYPE_CHECKING:
    from gonogo.sandbox.stack import Stack

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)
LOOK_EVERY = 1.0
"""Seconds between two checks that the servers still run."""


@click.command(epilog="Example: gonogo sandbox --directory demo")
@click.option(
    "--directory",
    type=GivenPath(path_type=Path),
    help="An empty folder for all files; the default is a temporary folder that is removed at the end.",
)
@click.option(
    "--interval",
    "every",
    metavar="DURATION",
    default="5s",
    show_default=True,
    help="The interval of scrapes and evaluations. Windows and thresholds do not change.",
)
def sandbox(directory: Path | None, every: str) -> int:
    """Run the demo stack on real servers until interrupted.

    When 'gonogo decide' answers GO for the policy of the stack, one JSON line on standard
    output has the policy, the URL of the server and the folder. The data are scripted.
    The servers, the rules and the beats are real.

    Exit codes: 0 ended by SIGTERM, 1 the stack did not come up, 130 interrupted.
    """
    from gonogo.sandbox.launch import make_ready
    from gonogo.sandbox.launch import sandbox as running

    interval = _interval(every)
    try:
        with running(interval=interval, directory=directory, say=_say) as stack:
            make_ready(stack, _say)
            paths = {
                "policy": str(stack.layout.policy),
                "prometheus": stack.prometheus.url,
                "directory": str(stack.layout.directory),
            }
            answer(document(paths))
            _say("the stack is up; its data are scripted. Interrupt to stop")
            _keep(stack)
    except Stopped as stopped:
        if stopped.number != signal.SIGTERM:
            raise
        _say("stopped")
        return 0


def _keep(stack: Stack) -> NoReturn:
    """Report each server that ends by itself, once. A signal ends the wait with an exception."""
    told: set[str] = set()
    while True:
        for server in stack.servers:
            if server.is_running:
                told.discard(server.name)
            elif server.name not in told:
                told.add(server.name)
                _say(f"DEAD: {server.name} ended by itself and is not started again; the end of its log:")
                print(plain(server.log_tail()), file=sys.stderr, flush=True)
        pause(LOOK_EVERY)


def _interval(text: str) -> timedelta:
    try:
        interval = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--interval: {error}", next_step="for example --interval 5s") from error
    if not SHORTEST <= interval <= LONGEST or MINUTE % interval:
        raise UsageError(
            f"--interval: {text} does not fit the sandbox",
            why="the history of the sandbox has whole steps",
            next_step="choose a divisor of a minute from 1s to 30s, such as 5s",
        )
    return interval


def _say(text: str) -> None:
    print(f"gonogo: {plain(text)}", file=sys.stderr, flush=True)
