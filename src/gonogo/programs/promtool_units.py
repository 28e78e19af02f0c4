"""Runs promtool's unit tests of rules in several processes at the same time, each with one thread.

promtool works through its files one after another. Processes with one thread and a lazy
garbage collector use the cores best. Measured on two cores: two plain processes are no
faster than one, and two of these processes are 1.9 times as fast as one.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from msgspec import Struct

from gonogo.environment import variable
from gonogo.programs.promtool import DEADLINE, Promtool, ToolRun, scratch, tool_run
from gonogo.programs.running import LONGEST_OUTPUT, locate, running, stop
from gonogo.stopping import readable


class UnitBounds(Struct, frozen=True):
    """The bounds of the processes.

    Attributes:
        deadline: the longest time for one process.
        longest_output: the largest number of bytes of the output of one process that are kept.
        shared: the folder that Linux keeps in memory.
        room: the number of bytes that must be free in ``shared``.
    """

    deadline: timedelta = DEADLINE
    longest_output: int = LONGEST_OUTPUT
    shared: Path = Path("/dev/shm")  # noqa: S108 - the folder made there has a random name and belongs to the user alone
    room: int = 1 << 30


BOUNDS = UnitBounds()

ENVIRONMENT: Mapping[str, str] = {"GOMAXPROCS": "1", "GOGC": "400"}

JUNIT = "--junit=/dev/stdout"
"""Makes promtool write JUnit XML to its standard output. A file would be lost if promtool runs in a container."""

_CHUNK = 65_536


@dataclass(slots=True)
class _Process:
    """A run that has not ended."""

    number: int
    process: subprocess.Popen[bytes]
    held: ExitStack
    began: float
    kept: bytearray = field(default_factory=bytearray)


def run_units(
    shards: Sequence[Sequence[Path]], at_once: int, promtool: Promtool, bounds: UnitBounds = BOUNDS
) -> Iterator[tuple[int, ToolRun]]:
    """Run each shard of test files in a process. Yield the number and the result of each shard as it ends.

    Closing the iterator stops the processes that are still running.

    Raises:
        MissingTool: promtool is not installed.
    """
    waiting = deque(enumerate(shards))
    yield from run_as_asked(lambda: waiting.popleft() if waiting else None, at_once, promtool, bounds=bounds)


def run_as_asked(
    ask: Callable[[], tuple[int, Sequence[Path]] | None],
    at_once: int,
    promtool: Promtool,
    *,
    in_memory: bool = False,
    bounds: UnitBounds = BOUNDS,
) -> Iterator[tuple[int, ToolRun]]:
    """Ask for a shard whenever a process is free, run it, and yield the results as the shards end.

    Args:
        ask: returns the next shard and its number, or ``None`` if there is no shard now. It is called
            again after each end of a shard, and no more when no shard is running.
        at_once: the number of processes that run at the same time.
        promtool: the promtool to run.
        in_memory: true if promtool's databases go to memory when enough memory is free.
        bounds: the bounds of the processes.

    Raises:
        MissingTool: promtool is not installed.
    """
    program = (locate(promtool.command[0]), *promtool.command[1:], "test", "rules")
    with selectors.EpollSelector() as selector, ExitStack() as everything:
        folder = everything.enter_context(memory_folder(bounds)) if in_memory else None
        place = everything.enter_context(scratch()) if folder is None else {"TMPDIR": str(folder)}
        environment = {**ENVIRONMENT, **place}
        while True:
            while len(selector.get_map()) < at_once and (shard := ask()) is not None:
                number, paths = shard
                junit = (JUNIT,) if promtool.writes_junit and len(paths) > 1 else ()
                one = _started(number, (*program, *junit, *map(str, paths)), environment, everything)
                selector.register(_output(one), selectors.EVENT_READ, one)
            if not selector.get_map():
                return
            yield from _ended(selector, bounds)


def _started(number: int, argv: Sequence[str], environment: Mapping[str, str], everything: ExitStack) -> _Process:
    held = everything.enter_context(ExitStack())
    process = held.enter_context(running(argv, environment))
    return _Process(number, process, held, time.monotonic())


def _ended(selector: selectors.EpollSelector, bounds: UnitBounds) -> Iterator[tuple[int, ToolRun]]:
    """Read the output that is ready, and yield the runs that ended or were stopped at the deadline."""
    under_way: list[_Process] = [key.data for key in selector.get_map().values()]
    first = min(one.began for one in under_way) + bounds.deadline.total_seconds()
    readable(selector.fileno(), max(first - time.monotonic(), 0))
    for key, _ in selector.select(0):
        one: _Process = key.data
        if chunk := _output(one).read1(_CHUNK):  # type: ignore[attr-defined]  # a pipe is buffered
            one.kept += chunk[: bounds.longest_output - len(one.kept)]
        else:
            under_way.remove(one)
            yield one.number, _finished(selector, one)
    for one in under_way:
        if time.monotonic() - one.began >= bounds.deadline.total_seconds():
            yield one.number, _finished(selector, one, bounds.deadline)


def _finished(selector: selectors.BaseSelector, one: _Process, late: timedelta | None = None) -> ToolRun:
    """Return the result of a run that has ended, or that is stopped now because it is late by this deadline."""
    selector.unregister(_output(one))
    if late is not None:
        stop(one.process)
    one.process.wait()
    one.held.close()
    return tool_run(one.process.returncode, bytes(one.kept), time.monotonic() - one.began, late)


def _output(one: _Process) -> IO[bytes]:
    if one.process.stdout is None:
        raise TypeError("the process has no output")
    return one.process.stdout


@contextmanager
def memory_folder(bounds: UnitBounds = BOUNDS) -> Iterator[Path | None]:
    """Create a folder in memory for the time of the block; ``None`` if less than ``bounds.room`` is free."""
    with ExitStack() as held:
        folder = None
        if variable("TMPDIR") is None and _free(bounds.shared) >= bounds.room:
            with suppress(OSError):
                made = TemporaryDirectory(prefix="gonogo-", dir=bounds.shared, ignore_cleanup_errors=True)
                folder = Path(held.enter_context(made))
        yield folder


def _free(place: Path) -> int:
    """Return the number of bytes free for this user; 0 if the system does not report it."""
    try:
        status = os.statvfs(place)
    except OSError:
        return 0
    return status.f_bavail * status.f_frsize
