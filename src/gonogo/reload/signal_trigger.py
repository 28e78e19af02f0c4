"""Asks a server by SIGHUP to read its configuration again; never any other process.

The signal ends a process that does not catch it, and process ids are used again. So a
process must prove that it is the server: it was started when the server's own metrics
say, catches SIGHUP, and runs with the same configuration file. What was proved is held
by a descriptor of the process, so that the signal goes to that one or to nobody.
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
"""The signal that is none: whether it could be sent is told, and nobody hears of it (``kill(2)``)."""

_SEE = "name the server's own process; where it runs in a container, reload it by HTTP or a command"


def hang_up(pid: int, *, started_at: float | None, config_file: str, proc: Path = PROC) -> Triggered:
    """Send SIGHUP to the server's process; what becomes of it only the server's metrics tell.

    Args:
        pid: the process, here and not in a container.
        started_at: when the server says that it was started (``OwnMetrics.started_at``).
        config_file: the server's flag ``config.file``.
        proc: where the kernel tells of its processes.
    """
    why = _signalled(signal.SIGHUP, pid, started_at, config_file, proc)
    return Triggered(Reply.NOT_SENT, why, _SEE) if why else Triggered(Reply.SENT, f"SIGHUP was sent to process {pid}")


def hang_up_by_file(pid_file: Path, *, started_at: float | None, config_file: str, proc: Path = PROC) -> Triggered:
    """Send SIGHUP to the process whose number a file holds, as ``hang_up`` does."""
    pid = _number_in(pid_file)
    if isinstance(pid, str):
        return Triggered(Reply.NOT_SENT, pid, _SEE)
    return hang_up(pid, started_at=started_at, config_file=config_file, proc=proc)


def no_process(process: int | Path, *, started_at: float | None, config_file: str, proc: Path = PROC) -> str:
    """Say why SIGHUP could not be sent now, by number or by file; empty where it could. Nothing is sent."""
    pid = _number_in(process) if isinstance(process, Path) else process
    why = pid if isinstance(pid, str) else _signalled(_NONE, pid, started_at, config_file, proc)
    return f"{why} ({_SEE})" if why else ""


def _number_in(pid_file: Path) -> int | str:
    """Read the number of a process from a file; a clause where there is none."""
    try:
        written = read_some(pid_file, _LARGEST).strip()
    except OSError as error:
        return f"{pid_file} cannot be read: {error.strerror}"
    if not written.isdigit() or int(written) < 1:
        return f"{pid_file} holds no number of a process"
    return int(written)


def _signalled(number: int, pid: int, started_at: float | None, config_file: str, proc: Path) -> str:
    """Signal a process that proves to be the server; a clause where it does not, or cannot be signalled."""
    try:
        with _held(pid) as process:
            if why := _stranger(proc / str(pid), started_at, config_file):
                return f"process {pid} is not the server: {why}"
            signal.pidfd_send_signal(process, number)
    except (OSError, OverflowError) as error:
        told = error.strerror if isinstance(error, OSError) else "no process has such a number"
        return f"process {pid} could not be signalled: {told}"
    return ""


@contextmanager
def _held(pid: int) -> Iterator[int]:
    descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _stranger(process: Path, started_at: float | None, config_file: str) -> str:
    """Say why a process cannot be the server; empty where it is."""
    if started_at is None:
        return "the server does not tell when it was started"
    if not began_at(process, started_at):
        began = start_time(process)
        return f"it was started {abs(began - started_at):.2f} s {'after' if began > started_at else 'before'} it"
    if not _catches_hangup(process):
        return "it would end by a SIGHUP"
    named = named_configuration(process)
    if named is not None and named != config_file:
        return f"it reads {named}, the server {config_file}"
    return ""


def _catches_hangup(process: Path) -> bool:
    lines = (process / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    return bool(caught >> (signal.SIGHUP - 1) & 1)
