"""Shows on a terminal the step of a command that takes more than two seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TextIO

SILENT_SECONDS = 2.0
"""A command that ends sooner shows no step."""


@contextmanager
def patient(name: str, stream: TextIO, after: float = SILENT_SECONDS) -> Iterator[Callable[[str], None]]:
    """Yield a function that is called with each step. A terminal shows the steps after ``after`` seconds.

    Args:
        name: the beginning of every line.
        stream: the stream for the steps, if it is a terminal.
        after: the delay in seconds.
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
    """The steps of a command: the running step is shown after the delay, and every later step at once."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._step = ""
        self._shown = False
        self._lock = Lock()

    def begin(self) -> None:
        """Show the running step."""
        with self._lock:
            self._shown = True
            self._show()

    def says(self, step: str) -> None:
        """Keep the step, and show it if the delay is over."""
        with self._lock:
            self._step = step
            if self._shown:
                self._show()

    def _show(self) -> None:
        if self._step:
            print(f"{self._name}: {self._step} …", file=self._stream, flush=True)
