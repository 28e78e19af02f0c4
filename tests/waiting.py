"""Waits for what a real server needs a moment for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PAUSE = 0.02


def await_true(seen: Callable[[], object], within: float = 20.0) -> None:
    """Ask until the answer is true; the time is up after ``within`` seconds."""
    until = time.monotonic() + within
    pause = threading.Event()
    while not seen():
        assert time.monotonic() < until, f"not seen within {within:g} s"
        pause.wait(PAUSE)
