"""Shows a dry run while it runs: a live display on a terminal, plain lines on any other stream."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import TextIO

from gonogo.dryrun.print import WatchView, run_text, watch_line
from gonogo.dryrun.progress import Progress
from gonogo.journal.runs import Run
from gonogo.model.plain import plain

LOG_LINES = 20
"""The number of lines that a log gets from a watch without any change."""


def shown_on(stream: TextIO) -> AbstractContextManager[Progress]:
    """Return the display for a stream: live if the stream is a terminal."""
    if not stream.isatty():
        return nullcontext(LogProgress(stream))
    from gonogo.cli.dryrun_live import LiveProgress

    return LiveProgress()


class LogProgress:
    """A log with a line for each ended step, for each change of the watch, and from time to time without a change."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        """Keep the stream."""
        self._stream = stream
        self._told = ""
        self._told_at = timedelta(0)

    def begins(self, step: str) -> None:
        """Write no line, because the step has no result yet."""

    def ended(self, run: Run) -> None:
        """Write the result of a step."""
        self.says(run_text(run.kind, run.outcome, run.detail, run.seconds))

    def watched(self, view: WatchView) -> None:
        """Write a line if the watch changed, or if the last line is old."""
        line = watch_line(view)
        picture = line.partition("  ")[2]
        if picture != self._told or view.elapsed - self._told_at >= view.duration / LOG_LINES:
            self._told, self._told_at = picture, view.elapsed
            self.says(line)

    def says(self, text: str) -> None:
        """Write a text as a line."""
        print(plain(text.rstrip("\n")), file=self._stream, flush=True)
