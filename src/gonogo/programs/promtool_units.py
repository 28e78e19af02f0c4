"""Runs promtool's unit tests of rules, several processes at the same time, each of one thread.

promtool works through its files one after another. Processes with one thread and a
lazy garbage collector are what uses the cores best: measured on two cores, two plain
processes gain nothing, these are 1.9 times as fast as one.
"""

from __future__ import annotations

import selectors
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gonogo.programs.installed_promtool import Promtool
from gonogo.programs.locate import locate
from gonogo.programs.memory_folder import memory_folder
from gonogo.programs.promtool import DEADLINE, LONGEST_OUTPUT, ToolRun, running, scratch, stop
from gonogo.stopping import readable

ENVIRONMENT: Mapping[str, str] = {"GOMAXPROCS": "1", "GOGC": "400"}

JUNIT = "--junit=/dev/stdout"
"""Lets promtool write JUnit XML to its standard output: a file would be in a container if promtool runs in one."""

_CHUNK = 65_536


@dataclass(slots=True)
class _Process:
    """A run under way."""

    number: int
    process: subprocess.Popen[bytes]
    held: ExitStack
    began: float
    kept: bytearray = field(default_factory=bytearray)


def run_units(shards: Sequence[Sequence[Path]], at_once: int, promtool: Promtool) -> Iterator[tuple[int, ToolRun]]:
    """Run each shard of test files in a process, and give them as they end, by their place.

    Whoever stops listening ends what is still running.

    Raises:
        MissingTool: promtool is not installed.
    """
    waiting = deque(enumerate(shards))
    yield from run_as_asked(lambda: waiting.popleft() if waiting else None, at_once, promtool)


def run_as_asked(
    ask: Callable[[], tuple[int, Sequence[Path]] | None],
    at_once: int,
    promtool: Promtool,
    *,
    in_memory: bool = False,
) -> Iterator[tuple[int, ToolRun]]:
    """Run shards that are asked for one by one, whenever a process is free, and give them as they end.

    Args:
        ask: gives the next shard and its number, or ``None`` for nothing now: it is asked
            again after each end, and no more once nothing is running.
        at_once: how many processes run at the same time.
        promtool: the promtool to run.
        in_memory: whether promtool's databases are kept in memory where there is plenty of room.

    Raises:
        MissingTool: promtool is not installed.
    """
    program = (locate(promtool.command[0]), *promtool.command[1:], "test", "rules")
    with selectors.EpollSelector() as selector, ExitStack() as everything:
        folder = everything.enter_context(memory_folder()) if in_memory else None
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
            yield from _ended(selector)


def _started(number: int, argv: Sequence[str], environment: Mapping[str, str], everything: ExitStack) -> _Process:
    held = everything.enter_context(ExitStack())
    process = held.enter_context(running(argv, environment))
    return _Process(number, process, held, time.monotonic())


def _ended(selector: selectors.EpollSelector) -> Iterator[tuple[int, ToolRun]]:
    """Read what there is to read, and give the runs that came to their end or were stopped as too long."""
    under_way: list[_Process] = [key.data for key in selector.get_map().values()]
    first = min(one.began for one in under_way) + DEADLINE.total_seconds()
    readable(selector.fileno(), max(first - time.monotonic(), 0))
    for key, _ in selector.select(0):
        one: _Process = key.data
        if chunk := _output(one).read1(_CHUNK):  # type: ignore[attr-defined]  # a pipe is buffered
            one.kept += chunk[: LONGEST_OUTPUT - len(one.kept)]
        else:
            under_way.remove(one)
            yield one.number, _finished(selector, one, late=False)
    for one in under_way:
        if time.monotonic() - one.began >= DEADLINE.total_seconds():
            yield one.number, _finished(selector, one, late=True)


def _finished(selector: selectors.BaseSelector, one: _Process, *, late: bool) -> ToolRun:
    selector.unregister(_output(one))
    if late:
        stop(one.process)
    one.process.wait()
    one.held.close()
    output = one.kept.decode("utf-8", "surrogateescape")  # as Python has a path that is no UTF-8
    if late:
        output += f"\nstopped: it had not ended after {DEADLINE.total_seconds():g} s\n"
    return ToolRun(one.process.returncode == 0 and not late, output, time.monotonic() - one.began)


def _output(one: _Process) -> IO[bytes]:
    if one.process.stdout is None:
        raise TypeError("the process has no output")
    return one.process.stdout
