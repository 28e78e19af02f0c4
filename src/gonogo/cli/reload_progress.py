"""Shows the steps of a reload while it runs, one line for each step.

The reader of the lines may leave at any moment: a lost terminal, a full disk, ``| head``. The reload continues to
its end, and lines that cannot be written are dropped.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO

from gonogo.reload.print import step_text
from gonogo.reload.result import ReloadStep, StepReport

_CLEARED = "\r\x1b[K"


class StepLines:
    """A line for each step that ended. A terminal also shows the running step."""

    def __init__(self, stream: TextIO) -> None:
        """Keep the stream."""
        self._stream = stream
        self._live = stream.isatty()
        self._lost = False

    def begins(self, step: ReloadStep) -> None:
        """Show the running step, if the stream is a terminal."""
        if self._live:
            self._write(f"{_CLEARED}        {step} …")

    def ended(self, report: StepReport) -> None:
        """Write the result of a step."""
        self._write(f"{_CLEARED if self._live else ''}{step_text(report)}\n")

    def _write(self, text: str) -> None:
        if self._lost:
            return
        try:
            print(text, end="", file=self._stream, flush=True)
        except (OSError, ValueError):
            self._lost = True
            self._drop_the_rest()

    def _drop_the_rest(self) -> None:
        """Send the stream to the null device: Python would write its buffer again at exit, and change the exit code."""
        with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path of anybody's
            os.dup2(nowhere.fileno(), self._stream.fileno())
