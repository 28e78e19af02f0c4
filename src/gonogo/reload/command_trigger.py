"""Asks a server to read its configuration again by a command, such as ``systemctl reload prometheus``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from gonogo.errors import MissingTool
from gonogo.programs.running import locate, run
from gonogo.reload.trigger import Reply, Triggered
from gonogo.server.quotation import quote

KEPT = 4000
"""Bytes of the command's output that are kept."""

_RUN_IT = "run the command by hand and see what it says; the server may have been reached all the same"


def reload_by_command(argv: Sequence[str], timeout: timedelta) -> Triggered:
    """Run a program, never through a shell, and wait for its end. At the deadline end its child processes too.

    The exit code does not prove that the server reloaded, or that it did not: ``kill -s HUP`` succeeds before the
    server reads anything, and a connection may be lost after the signal was sent.

    Args:
        argv: the program and its arguments, such as ``("docker", "kill", "-s", "HUP", "prometheus")``.
        timeout: the longest time that the program may take.
    """
    began = time.monotonic()
    try:
        triggered = _ran((locate(argv[0]), *argv[1:]), timeout)
    except MissingTool as error:
        triggered = Triggered(Reply.NOT_SENT, f"{error.what}: {error.why}", error.next_step)
    except OSError as error:
        triggered = Triggered(Reply.NOT_SENT, f"{argv[0]} could not be run: {error.strerror}", "see its permissions")
    return replace(triggered, seconds=time.monotonic() - began)


def missing_program(argv: Sequence[str]) -> str:
    """Return why a command could not be started, or an empty string."""
    try:
        locate(argv[0])
    except MissingTool as error:
        return f"{error.what} ({error.next_step})"
    return ""


def _ran(argv: Sequence[str], timeout: timedelta) -> Triggered:
    ran = run(argv, timeout.total_seconds(), kept=KEPT)
    output = quote(ran.output)
    words = f"; it said: {output}" if output else ""
    if ran.late:
        return Triggered(
            Reply.UNANSWERED, f"{argv[0]} had not ended after {timeout.total_seconds():g} s{words}", _RUN_IT
        )
    if ran.code:
        return Triggered(Reply.COMMAND_FAILED, f"{argv[0]} ended with exit code {ran.code}{words}", _RUN_IT)
    return Triggered(Reply.SENT, f"{argv[0]} succeeded{words}")
