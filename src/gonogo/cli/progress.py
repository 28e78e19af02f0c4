"""Shows the progress of a command on standard error: live on a terminal, as plain lines elsewhere."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType
from typing import Self, TextIO

from gonogo.cli.terminal import coloured, fitted, size_of
from gonogo.model.columns import cut
from gonogo.model.plain import plain
from gonogo.model.progress import Progress

SILENT_SECONDS = 2.0
"""A command that computes first shows its running step after this time, because most of its runs are shorter."""

_TIMES = 10
"""A counted step is drawn again each time that another tenth of it is done."""


class Display:
    """A listener that shows reports on a stream. A context manager: at the end the running step disappears.

    A terminal shows the running step or the picture in a place that the next report overwrites, and results above it.
    Any other stream gets the results, and the lines for a log. A line that cannot be written is dropped.
    """

    def __init__(self, stream: TextIO, after: float = 0.0) -> None:
        """Keep the stream. The running step is shown from ``after`` seconds on."""
        self._stream = stream
        self._live = size_of(stream) is not None
        self._running: Progress | None = None
        self._drawn = 0
        self._lock = Lock()
        self._timer = Timer(after, self._begin) if after and self._live else None
        self._quiet = self._timer is not None

    def __enter__(self) -> Self:
        """Start to count the seconds."""
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the running step."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._quiet = True
            self._write(self._erased())

    def __call__(self, progress: Progress) -> None:
        """Show a report."""
        with self._lock:
            if not self._live:
                if line := progress.text if progress.stays else progress.log:
                    self._write(f"{plain(line)}\n")
            elif progress.stays:
                self._write(f"{self._erased()}{fitted(plain(progress.text), self._stream)}\n{self._picture()}")
            elif not self._is_drawn(progress):
                self._running = progress
                self._write(self._erased() + self._picture())

    def _begin(self) -> None:
        with self._lock:
            self._quiet = False
            self._write(self._picture())

    def _is_drawn(self, progress: Progress) -> bool:
        old = self._running
        if old is None or not progress.of or (old.text, old.of) != (progress.text, progress.of):
            return False
        return old.done * _TIMES // old.of == progress.done * _TIMES // progress.of

    def _erased(self) -> str:
        """Return the characters that remove what is drawn."""
        drawn, self._drawn = self._drawn, 0
        return "\r" + f"\x1b[{drawn - 1}A" * (drawn > 1) + "\x1b[J" if drawn else ""

    def _picture(self) -> str:
        """Return the running step cut to the size of the terminal, because no line may wrap or leave the screen."""
        size = size_of(self._stream)
        if self._running is None or self._quiet or size is None:
            return ""
        text = plain(self._running.text)
        if self._running.of:
            text = f"{self._running.done} of {self._running.of} {text}"
        lines = text.split("\n")[: size.lines - 1]
        if len(lines) == 1:
            lines = [f"        {text} …"]
        self._drawn = len(lines)
        return coloured("\n".join(cut(line, size.columns - 1) for line in lines))

    def _write(self, text: str) -> None:
        if text:
            with suppress(OSError, ValueError):
                print(text, end="", file=self._stream, flush=True)
