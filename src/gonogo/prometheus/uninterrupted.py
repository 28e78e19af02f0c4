"""Holds interrupts back while a process is started, so that none can leave it running and unknown."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let SIGINT and SIGTERM wait until the block has ended, and raise what they raise only then.

    A handler of Python runs between any two steps of the main thread, also within
    ``subprocess.Popen`` after the fork and before anybody holds the process. The signals
    are not blocked, for the new process would inherit that; the handler only remembers
    them. Signals that are ignored, or end gonogo at once, stay as they are.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        del frame
        came.append(number)

    handlers = {number: found for number in INTERRUPTS if callable(found := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, remember)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
