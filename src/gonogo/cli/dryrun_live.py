"""Shows a dry run on a terminal: a spinner for the running step, then a live table of the watch."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from gonogo.dryrun.print import WATCH_COLUMNS, WatchView, run_text, watch_rows, watch_title
from gonogo.journal.runs import Run
from gonogo.model.plain import plain

STYLES = {"PASS": "green", "UNKNOWN": "yellow", "FAIL": "red", "GO": "green", "HOLD": "yellow", "NO-GO": "red"}

WIDEST = 40
"""The number of characters of a gate's name that are shown. The text of the evidence is cut first."""


class LiveProgress:
    """A live display on standard error. Steps that have ended stay above it as plain lines."""

    def __init__(self, console: Console | None = None) -> None:
        """Keep the console; the default is standard error, without colour if ``NO_COLOR`` is set."""
        self._console = console or Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, transient=True, refresh_per_second=4, redirect_stdout=False)

    def __enter__(self) -> Self:
        """Start the display."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the display. The lines above it stay."""
        self._live.update(Text(""))
        self._live.stop()

    def begins(self, step: str) -> None:
        """Show a spinner beside the name of the step."""
        self._live.update(Spinner("line", text=Text(plain(step))))

    def ended(self, run: Run) -> None:
        """Write the result of a step as a line that stays."""
        self._live.update(Text(""))
        self._console.print(_styled(run_text(run.kind, run.outcome, run.detail, run.seconds)))

    def watched(self, view: WatchView) -> None:
        """Draw the table of the watch again."""
        rows = watch_rows(view)
        table = Table(title=_styled(watch_title(view)), title_justify="left", box=None)
        widths = [min(WIDEST, max(len(row[place]) for row in rows)) if rows else 0 for place in (0, 1)]
        for column, width in zip(WATCH_COLUMNS, (*widths, 0), strict=True):
            table.add_column(column, overflow="ellipsis", no_wrap=True, min_width=width)
        for outcome, gate, evidence in rows:
            table.add_row(Text(outcome, STYLES.get(outcome, "")), Text(gate), Text(evidence))
        self._live.update(table, refresh=True)

    def says(self, text: str) -> None:
        """Write a text as a line that stays."""
        self._console.print(_styled(plain(text.rstrip("\n"))))


def _styled(text: str) -> Text:
    word, space, rest = text.partition(" ")
    return Text.assemble((word, STYLES.get(word, "")), space, rest)
