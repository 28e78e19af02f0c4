"""A progress of a dry run that nobody looks at."""

from __future__ import annotations

from gonogo.dryrun.print import WatchView
from gonogo.journal.runs import Run


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
