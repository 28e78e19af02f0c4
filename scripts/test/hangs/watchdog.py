"""Watches one pytest process from outside, and ends it when a test runs into its time limit.

It is a process of its own: a test may hang in C with every lock taken. Each line of standard input is a JSON object:
the test that begins, its limit in seconds and the file for a report, or ``{}`` when none runs. The limit is for a
machine with nothing else to do; on a crowded one it is longer. At the limit the stacks
of all processes of the test go to that file, then all of them are killed, pytest last. At the end of pytest, all that
its tests left running is killed.

    watchdog.py PID MARK STACKS
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.test.hangs.processes import kill_all, kill_below, left_below, members, show

MOST_CROWDED = 10.0


@dataclass(frozen=True, slots=True)
class Watched:
    """The pytest process that is watched.

    Attributes:
        pid: its number.
        mark: the mark of the processes that it starts.
        stacks: the file that Python processes write their stacks to.
    """

    pid: int
    mark: str
    stacks: Path


def watch(watched: Watched, orders: int) -> None:
    """Follow the orders until pytest ends or a test runs into its limit."""
    order: dict[str, Any] = {}
    began = time.monotonic()
    rest = b""
    pytest_ends = os.pidfd_open(watched.pid)
    while True:
        left = max(0.0, began + order["limit"] * _crowding_now() - time.monotonic()) if order else None
        ready = select.select([orders, pytest_ends], [], [], left)[0]
        data = os.read(orders, 65536) if orders in ready else b""
        if not ready and left:
            continue  # the machine may be busier now
        if not ready:
            give_up(watched, order["test"], order["limit"], Path(order["report"]))
            return
        if not data:  # pytest has ended, or ends now
            kill_leftovers(watched)
            return
        *lines, rest = (rest + data).split(b"\n")
        order = json.loads(lines[-1]) if lines else order
        began = time.monotonic()


def crowding(busy: float, cores: int) -> float:
    """Return how many times longer a test may take on a machine with this many busy processes; 10 at most."""
    return min(max(1.0, busy / cores), MOST_CROWDED)


def _crowding_now() -> float:
    return crowding(max(os.getloadavg()[:2]), os.cpu_count() or 1)


def give_up(watched: Watched, test: str, limit: float, path: Path) -> None:
    """Report where every process of a test stands, then kill them all."""
    found = members(watched.pid, watched.mark, [os.getpid()])
    shown = "\n\n".join(show(process, watched.stacks) for process in found)
    head = f"{test}\nran into its time limit of {limit:g} s. These were its processes; all of them were killed:"
    text = f"{head}\n\n{shown}\n"
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)
    print(f"\n{text}", file=sys.stderr, flush=True)
    for process in kill_all(watched.pid, watched.mark):
        print(f"process {process.pid} does not end, not even by SIGKILL", file=sys.stderr, flush=True)


def kill_leftovers(watched: Watched) -> None:
    """Kill what the tests left running, now that pytest ends."""
    for process in left_below(watched.pid, watched.mark):
        print(f"left running by the tests, and killed now:\n{show(process, watched.stacks)}", file=sys.stderr)
    kill_below(watched.pid, watched.mark)


if __name__ == "__main__":
    watch(Watched(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])), sys.stdin.fileno())
