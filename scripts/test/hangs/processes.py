"""Finds the processes of a test run, shows where each one stands, and kills them.

A process belongs to a run if it descends from the run's process, or if the run's mark is in its environment: a process
whose parent ended has another parent, and keeps its environment.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STACKS = "GONOGO_TEST_STACKS"
"""The variable that names the file into which Python processes write their stacks."""
MARK = "GONOGO_TEST_RUN"
"""The variable that holds the marks of the runs that a process belongs to."""
ASK = signal.SIGRTMAX - 1
"""The signal that asks a Python process for its stacks."""
HOOK = Path(__file__).parent / "hook"
"""The folder that makes a Python process answer the signal, once it is in ``PYTHONPATH``."""

ANSWER_WITHIN = 2.0
SETTLED_AFTER = 0.2
ENDS_WITHIN = 3.0
KILL_ROUNDS = 50
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    """A process as ``/proc`` shows it.

    Attributes:
        pid: its number.
        parent: the number of its parent.
        started: the time of its start in clock ticks; with the number it names one process for ever.
        state: one letter; Z is a process that ended and was not waited for.
    """

    pid: int
    parent: int
    started: int
    state: str


def environment_for(mark: str, stacks: Path) -> dict[str, str]:
    """Return the variables that put a process and all that it starts into a run."""
    marks = [*os.environ.get(MARK, "").split(","), mark]
    paths = [str(HOOK), *(path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path != str(HOOK))]
    return {
        MARK: ",".join(filter(None, marks)),
        STACKS: os.environ.get(STACKS) or str(stacks),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def everything() -> Iterator[Process]:
    """Read every process of the machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError, ValueError):  # it ended meanwhile
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                yield Process(int(folder.name), int(fields[1]), int(fields[19]), fields[0])


def members(root: int, mark: str, without: Iterable[int] = ()) -> list[Process]:
    """Find the living processes of a run, those that ended excepted.

    Args:
        root: the process that all others descend from; it is the first of the answer while it lives.
        mark: what the environment of others holds.
        without: processes to leave out, with their descendants.
    """
    known = {process.pid: process for process in everything()}
    out = set(without)
    found = {pid for pid in known if pid == root or _is_marked(pid, mark)} - out
    grown = True
    while grown:
        more = {pid for pid, process in known.items() if process.parent in found} - found - out
        grown = bool(more)
        found |= more
    alive = (known[pid] for pid in sorted(found, key=lambda pid: (pid != root, pid)))
    return [process for process in alive if process.state != "Z"]


def _is_marked(pid: int, mark: str) -> bool:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    held = next((one for one in variables if one.startswith(MARK.encode() + b"=")), b"")
    return mark.encode() in held.partition(b"=")[2].split(b",")


def show(process: Process, stacks: Path) -> str:
    """Describe where a process stands: what the kernel knows, and the stacks of its threads if it runs Python."""
    folder = Path(f"/proc/{process.pid}")
    command = _text(folder / "cmdline").replace("\0", " ").strip() or f"[{_text(folder / 'comm')}]"
    status = [line for line in _text(folder / "status").splitlines() if line.startswith(("State", "Threads", "Sig"))]
    lines = [
        f"process {process.pid}, child of {process.parent}: {command}",
        *(f"  {' '.join(line.split())}" for line in status),
        f"  wchan: {_text(folder / 'wchan') or 'unknown'}",
    ]
    kernel = _text(folder / "stack")
    lines += ["  kernel stack:", *(f"    {line}" for line in kernel.splitlines())] if kernel else []
    if _answers(process):
        lines += ["  Python stacks:", *(f"    {line}" for line in _python_stacks(process, stacks).splitlines())]
    return "\n".join(lines)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _answers(process: Process) -> bool:
    """Say if a Python process has a handler for the signal; others would die of it."""
    folder = Path(f"/proc/{process.pid}")
    caught = next((line for line in _text(folder / "status").splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
    try:
        program = (folder / "exe").readlink().name
    except OSError:
        return False
    return program.startswith("python") and bool(int(caught.split()[1], 16) >> (ASK - 1) & 1)


def _python_stacks(process: Process, stacks: Path) -> str:
    try:
        before = stacks.stat().st_size
        os.kill(process.pid, ASK)
        size, since, until = before, time.monotonic(), time.monotonic() + ANSWER_WITHIN
        while time.monotonic() < until and (size == before or time.monotonic() - since < SETTLED_AFTER):
            time.sleep(PAUSE)
            if stacks.stat().st_size != size:
                size, since = stacks.stat().st_size, time.monotonic()
        with stacks.open("rb") as file:
            file.seek(before)
            return file.read().decode(errors="replace").strip() or "(no answer)"
    except OSError as error:
        return f"(not to be had: {error})"


def left_below(root: int, mark: str) -> list[Process]:
    """Find the processes of a run that remain beside its first, once those that are ending have had their moment."""
    until = time.monotonic() + ENDS_WITHIN
    while (left := _below(root, mark)) and time.monotonic() < until:
        time.sleep(PAUSE)
    return left


def kill_below(root: int, mark: str) -> list[Process]:
    """Kill every process of a run but its first; return those that no signal ends."""
    for _ in range(KILL_ROUNDS):
        for process in _below(root, mark):
            _send(process.pid, signal.SIGKILL)
        if not (left := _below(root, mark)):
            break
        time.sleep(PAUSE)
    return left


def _below(root: int, mark: str) -> list[Process]:
    """Find the processes of a run beside its first and the one that asks."""
    return [process for process in members(root, mark, {os.getpid()} - {root}) if process.pid != root]


def kill_all(root: int, mark: str) -> list[Process]:
    """Kill every process of a run; return those that no signal ends.

    The first one is stopped at once and killed last: it must not go on while the others are being killed.
    """
    _send(root, signal.SIGSTOP)
    left = kill_below(root, mark)
    _send(root, signal.SIGKILL)
    return left


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
