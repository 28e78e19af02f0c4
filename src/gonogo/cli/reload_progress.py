"""Shows the steps of a reload while it runs, a line each, on standard error."""

from __future__ import annotations

from typing import TextIO

from gonogo.reloading.result import Step, StepReport
from gonogo.render.reload_text import step_text

_CLEARED = "\r\x1b[K"


class StepLines:
    """Writes a line for each step that ended; on a terminal, also which one is under way."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream
        self._live = stream.isatty()

    def begins(self, step: Step) -> None:
        """Show the step that is under way, on a terminal."""
        if self._live:
            self._write(f"{_CLEARED}        {step} …")

    def ended(self, report: StepReport) -> None:
        """Write what came of it."""
        self._write(f"{_CLEARED if self._live else ''}{step_text(report)}\n")

    def _write(self, text: str) -> None:
        print(text, end="", file=self._stream, flush=True)
