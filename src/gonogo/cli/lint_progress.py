"""Says on a terminal what a command is doing, once it takes longer than one likes to wait in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TextIO

SILENT_SECONDS = 2.0
"""What is over sooner says nothing."""


@contextmanager
def patient(name: str, stream: TextIO, after: float = SILENT_SECONDS) -> Iterator[Callable[[str], None]]:
    """Return a function that hears of steps; on a terminal they are shown from ``after`` seconds on.

    Args:
        name: what every line begins with.
        stream: where it is shown, if that is a terminal.
        after: seconds.
    """
    if not stream.isatty():
        yield lambda _: None
        return
    steps = _Steps(name, stream)
    timer = Timer(after, steps.begin)
    timer.daemon = True
    timer.start()
    try:
        yield steps.says
    finally:
        timer.cancel()


class _Steps:
    """Keeps the step under way until it is time to show it, and shows every further one at once."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._step = ""
        self._shown = False
        self._lock = Lock()

    def begin(self) -> None:
        """Show the step under way."""
        with self._lock:
            self._shown = True
            self._show()

    def says(self, step: str) -> None:
        """Hear of a step."""
        with self._lock:
            self._step = step
            if self._shown:
                self._show()

    def _show(self) -> None:
        if self._step:
            print(f"{self._name}: {self._step} …", file=self._stream, flush=True)
