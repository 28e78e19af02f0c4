"""Waits for what a real server needs a moment for."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

from scripts.test.hangs.watchdog import crowding

PAUSE = 0.02


def await_true(seen: Callable[[], object], within: float = 110.0) -> None:
    """Ask until the answer is true; the time is up after ``within`` seconds, shortly before that of the test is."""
    until = time.monotonic() + within
    pause = threading.Event()
    while not seen():
        assert time.monotonic() < until, f"not seen within {within:g} s"
        pause.wait(PAUSE)


def crowded() -> float:
    """Return how many times longer than on a quiet machine something may take now."""
    return crowding(max(os.getloadavg()[:2]), os.cpu_count() or 1)


def ended(pid: int, within: float) -> bool:
    """Wait until a process of somebody else has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)
