"""Calls by which a long command reports its progress. The command line decides how to show it."""

from __future__ import annotations

from typing import Protocol

from gonogo.dryrun.print import WatchView
from gonogo.journal.runs import Run


class Progress(Protocol):
    """The calls for steps that begin and end, for steps of a watch, and for other lines."""

    def begins(self, step: str) -> None:
        """Report that a step begins."""

    def ended(self, run: Run) -> None:
        """Report the result of the step that began last."""

    def watched(self, view: WatchView) -> None:
        """Report a step of the watch."""

    def says(self, text: str) -> None:
        """Report any other line: a certificate, an abort, a failure beside the verdict."""
