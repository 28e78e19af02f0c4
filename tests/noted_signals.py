"""Lets the process of a test note signals as the command does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from gonogo import stopping


@contextmanager
def noted() -> Iterator[None]:
    """Install the handlers of signals, and remove them at the end."""
    numbers = (*stopping.WATCHED, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    stopping.install()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        for end in (*stopping._state.wake, *stopping._state.alarm):
            os.close(end)
        stopping._state.__init__()  # type: ignore[misc]  # as before anything was installed
