"""Asks a server by SIGHUP to read its configuration again, and never signals another process.

SIGHUP ends a process that does not catch it, and the kernel uses process ids again. So gonogo checks that the process
is the server: it has the start time of the server's own metrics, catches SIGHUP, and runs with the same configuration
file. A descriptor of the process makes sure that the signal goes to that process or to none.
Source: ``proc(5)``, ``pidfd_open(2)``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.programs.server_processes import PROC, began_at, named_configuration, start_time
from gonogo.reload.trigger import Reply, Triggered

_LARGEST = 64
_NONE = 0
"""Signal 0: the kernel checks that it could be sent, and sends nothing (``kill(2)``)."""

_SEE = "name the server's own process; where it runs in a container, reload it by HTTP or a command"


def hang_up(process: int | Path, *, started_at: float | None, config_file: str, proc: Path = PROC) -> Triggered:
    """Send SIGHUP to the server's process on this machine, given by its id or by the file that has the id.

    Only the server's metrics show how the reload ends. ``started_at`` is the start time in these metrics, and
    ``config_file`` is the server's flag.
    """
    pid = _number_in(process) if isinstance(process, Path) else process
    why = pid if isinstance(pid, str) else _signalled(signal.SIGHUP, pid, started_at, config_file, proc)
    return Triggered(Reply.NOT_SENT, why, _SEE) if why else Triggered(Reply.SENT, f"SIGHUP was sent to process {pid}")


def no_process(process: int | Path, *, started_at: float | None, config_file: str, proc: Path = PROC) -> str:
    """Return why SIGHUP could not be sent now, or an empty string. No signal is sent."""
    pid = _number_in(process) if isinstance(process, Path) else process
    why = pid if isinstance(pid, str) else _signalled(_NONE, pid, started_at, config_file, proc)
    return f"{why} ({_SEE})" if why else ""


def _number_in(pid_file: Path) -> int | str:
    """Read a process id from a file. Return a clause that says why there is none."""
    try:
        written = read_some(pid_file, _LARGEST).strip()
    except OSError as error:
        return f"{pid_file} cannot be read: {error.strerror}"
    if not written.isdigit() or int(written) < 1:
        return f"{pid_file} contains no process id"
    return int(written)


def _signalled(number: int, pid: int, started_at: float | None, config_file: str, proc: Path) -> str:
    """Signal a process that is proved to be the server. Return why it was not signalled, or an empty string."""
    try:
        with _held(pid) as process:
            if why := _stranger(proc / str(pid), started_at, config_file):
                return f"process {pid} is not the server: {why}"
            signal.pidfd_send_signal(process, number)
    except (OSError, OverflowError) as error:
        cause = error.strerror if isinstance(error, OSError) else "no process has such a number"
        return f"process {pid} could not be signalled: {cause}"
    return ""


@contextmanager
def _held(pid: int) -> Iterator[int]:
    descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _stranger(process: Path, started_at: float | None, config_file: str) -> str:
    """Return why a process cannot be the server, or an empty string."""
    if started_at is None:
        return "the server does not show its start time"
    if not began_at(process, started_at):
        began = start_time(process)
        return (
            f"it was started {abs(began - started_at):.2f} s {'after' if began > started_at else 'before'} the server"
        )
    if not _catches_hangup(process):
        return "SIGHUP would end it"
    named = named_configuration(process)
    if named is not None and named != config_file:
        return f"it reads {named}, but the server reads {config_file}"
    return ""


def _catches_hangup(process: Path) -> bool:
    lines = (process / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    return bool(caught >> (signal.SIGHUP - 1) & 1)
