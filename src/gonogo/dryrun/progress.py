"""How a use case that takes a while says what it is doing; showing it is the command line's business."""

from __future__ import annotations

from typing import Protocol

from gonogo.dryrun.print import WatchView
from gonogo.journal.runs import Run


class Progress(Protocol):
    """Hears of steps as they begin and end, and of every look of a watch."""

    def begins(self, step: str) -> None:
        """A step begins that may take a while."""

    def ended(self, run: Run) -> None:
        """The step that began last ended as a run."""

    def watched(self, view: WatchView) -> None:
        """One more step of the watch was judged."""

    def says(self, text: str) -> None:
        """Something else is worth a line: a certificate, an abort, a failure beside the verdict."""


class Silence:
    """Tells nobody."""

    def begins(self, step: str) -> None:
        """Pass over it."""

    def ended(self, run: Run) -> None:
        """Pass over it."""

    def watched(self, view: WatchView) -> None:
        """Pass over it."""

    def says(self, text: str) -> None:
        """Pass over it."""
