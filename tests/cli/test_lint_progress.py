"""Progress of a command: on a terminal, and only when it takes long."""

from __future__ import annotations

from io import StringIO
from threading import Event

from gonogo.cli.lint_progress import patient


class Terminal(StringIO):
    """A standard error that says it is a terminal, and tells when something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = Event()

    def isatty(self) -> bool:
        """Say so."""
        return True

    def write(self, text: str) -> int:
        """Keep the text, and tell."""
        self.written.set()
        return super().write(text)


def test_in_a_pipe_nothing_is_said() -> None:
    """A log of a build has no use for it."""
    pipe = StringIO()
    with patient("gonogo lint", pipe, after=0) as says:
        Event().wait(0.05)
        says("reading the files")
    assert pipe.getvalue() == ""


def test_what_is_quick_says_nothing() -> None:
    """The timer is stopped at the end."""
    terminal = Terminal()
    with patient("gonogo lint", terminal, after=60) as says:
        says("reading the files")
    assert terminal.getvalue() == ""


def test_what_takes_long_shows_the_step_under_way_and_every_further_one() -> None:
    """From the time on when it is long."""
    terminal = Terminal()
    with patient("gonogo lint", terminal, after=0.01) as says:
        says("reading the files")
        assert terminal.written.wait(10)
        says("checking 3 rules")
    lines = terminal.getvalue().splitlines()
    assert lines == ["gonogo lint: reading the files …", "gonogo lint: checking 3 rules …"]


def test_before_the_first_step_there_is_nothing_to_show() -> None:
    """The first one is shown when it begins."""
    terminal = Terminal()
    with patient("gonogo lint", terminal, after=0) as says:
        Event().wait(0.05)
        says("reading the files")
    assert terminal.getvalue() == "gonogo lint: reading the files …\n"
