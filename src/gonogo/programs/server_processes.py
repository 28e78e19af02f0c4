"""Finds the processes of this machine that may be a given server.

Source: ``proc(5)``. The start time is computed as in Prometheus's Go client.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePath

PROC = Path("/proc")
"""The folder in which the kernel lists its processes."""

_START_TOLERANCE = 2.0
"""Seconds by which the kernel's boot time, and so a process's start time, may change when the clock is set."""

_STARTED = 22 - 3
"""The place of the start time among the fields behind the name of a process (``proc(5)`` counts from 1)."""

_PROGRAM = "prometheus"
_FLAG = "--config.file"


def processes_of(started_at: float, config_file: str, proc: Path = PROC) -> Iterator[Path]:
    """Yield the processes that may be a server: they started at the same time and name the same configuration.

    A Prometheus process whose command line names no configuration may be the server as well. It reads a default, which
    differs between packages, or the configuration that a file of arguments names.

    Args:
        started_at: the server's own start time (``OwnMetrics.started_at``).
        config_file: the server's flag ``config.file``.
        proc: the folder in which the kernel lists its processes.
    """
    for process in proc.iterdir():
        if process.name.isdigit():
            with suppress(OSError, ValueError, IndexError):  # the process has ended, or is hidden from this user
                named = named_configuration(process)
                may_be = named == config_file or (named is None and _program(process) == _PROGRAM)
                if may_be and began_at(process, started_at):
                    yield process


def _program(process: Path) -> str:
    words = (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    return PurePath(words[0]).name


def began_at(process: Path, started_at: float) -> bool:
    """Say if a process began when a server says that the server began.

    Both times are the boot time in whole seconds plus a number of clock ticks, so their fractions are equal. A
    server of another machine that began within the same seconds has the same fraction once in a hundred times.

    Raises:
        OSError: the process ended, or is hidden from this user.
    """
    ticks = os.sysconf("SC_CLK_TCK")
    began = start_time(process)
    same_tick = (round(began * ticks) - round(started_at * ticks)) % ticks == 0
    return same_tick and abs(began - started_at) <= _START_TOLERANCE


def start_time(process: Path) -> float:
    """Read the start time of a process in unix seconds."""
    fields = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    lines = (process.parent / "stat").read_text(encoding="utf-8").splitlines()
    booted = next(float(line.split()[1]) for line in lines if line.startswith("btime "))
    return booted + int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")


def named_configuration(process: Path) -> str | None:
    """Return the configuration that a process's command line names, or ``None``."""
    words = (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    for word, following in zip(words, [*words[1:], ""], strict=True):
        flag, equals, value = word.partition("=")
        if flag == _FLAG:
            return value if equals else following
    return None
