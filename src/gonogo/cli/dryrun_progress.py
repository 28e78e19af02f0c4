"""Shows a dry run while it runs, on standard error: live on a terminal, plain lines anywhere else."""

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
"""How many lines a log gets from a watch in which nothing changes."""


def shown_on(stream: TextIO) -> AbstractContextManager[Progress]:
    """Choose how to show it: live where the stream is a terminal."""
    if not stream.isatty():
        return nullcontext(LogProgress(stream))
    from gonogo.cli.dryrun_live import LiveProgress

    return LiveProgress()


class LogProgress:
    """A line for each step that ended, and for each change of the watch; now and then one that all is as it was."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        """Write to a stream."""
        self._stream = stream
        self._told = ""
        self._told_at = timedelta(0)

    def begins(self, step: str) -> None:
        """Say nothing yet."""

    def ended(self, run: Run) -> None:
        """Write what came of it."""
        self.says(run_text(run.kind, run.outcome, run.detail, run.seconds))

    def watched(self, view: WatchView) -> None:
        """Write the step if the picture changed, or if it is time for a sign of life."""
        line = watch_line(view)
        picture = line.partition("  ")[2]
        if picture != self._told or view.elapsed - self._told_at >= view.duration / LOG_LINES:
            self._told, self._told_at = picture, view.elapsed
            self.says(line)

    def says(self, text: str) -> None:
        """Write the text."""
        print(plain(text.rstrip("\n")), file=self._stream, flush=True)
