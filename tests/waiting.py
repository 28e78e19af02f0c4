"""Waits for a state that a real server reaches after a moment."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

from scripts.test.hangs.watchdog import crowding

PAUSE = 0.02
"""The shortest time between two looks, in seconds."""

LONGEST_PAUSE = 0.5


def await_true(seen: Callable[[], object], within: float = 110.0) -> None:
    """Ask until the answer is true. A question that costs much is asked less often, so that others can compute.

    The wait fails after ``within`` seconds, shortly before the time limit of the test.
    """
    began = time.monotonic()
    until = began + within
    pause = threading.Event()
    while not seen():
        assert time.monotonic() < until, f"not seen within {within:g} s"
        pause.wait(min(LONGEST_PAUSE, max(PAUSE, 2 * (time.monotonic() - began))))
        began = time.monotonic()


def crowded() -> float:
    """Return the factor by which a task may take longer than on a quiet machine."""
    return crowding(max(os.getloadavg()[:2]), os.cpu_count() or 1)


def ended(pid: int, within: float) -> bool:
    """Wait until a process that is no child of this one has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)
