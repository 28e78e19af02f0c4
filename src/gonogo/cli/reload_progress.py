"""Shows the steps of a reload while it runs, a line each, on standard error.

Whoever reads them may leave at any moment: a lost terminal, a full disk, ``| head``. A reload goes on to its end
all the same; lines that cannot be written are dropped.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO

from gonogo.reload.compare.result import ReloadStep, StepReport
from gonogo.reload.print import step_text

_CLEARED = "\r\x1b[K"


class StepLines:
    """Writes a line for each step that ended; on a terminal, also which one is under way."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream
        self._live = stream.isatty()
        self._lost = False

    def begins(self, step: ReloadStep) -> None:
        """Show the step that is under way, on a terminal."""
        if self._live:
            self._write(f"{_CLEARED}        {step} …")

    def ended(self, report: StepReport) -> None:
        """Write what came of it."""
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
        """What is left in the stream's buffer would be tried again at exit, and change the exit code."""
        with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path of anybody's
            os.dup2(nowhere.fileno(), self._stream.fileno())
