"""Progress of a command: lines for a log, and a live display on a terminal."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from threading import Event
from typing import TextIO

import pytest

from gonogo.cli.progress import Display
from gonogo.cli.streams import Unfailing
from gonogo.cli.terminal import size_of
from gonogo.model.progress import Progress, note

PICTURE = Progress("HOLD  watched 15 s of 1h\n  UNKNOWN heartbeat", log="15 s of 1h  HOLD")


class Terminal(StringIO):
    """A stream that claims to be a terminal of unknown size, and sets an event at each write."""

    def __init__(self) -> None:
        super().__init__()
        self.written = Event()

    def isatty(self) -> bool:
        """Return true."""
        return True

    def write(self, text: str) -> int:
        """Keep the text."""
        self.written.set()
        return super().write(text)


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")


def drawn(stream: StringIO) -> str:
    """Return the text without the characters that move the cursor and erase."""
    return stream.getvalue().replace("\r", "").replace("\x1b[J", "").replace("\x1b[1A", "")


def test_a_log_gets_only_results_and_its_own_lines() -> None:
    """A log gets no running steps, no pictures and no control characters."""
    stream = StringIO()
    with Display(stream) as show:
        show(Progress("obs-lint"))
        show(note("FAIL    obs-lint: a\x1b[31m (0.2 s)\n"))
        show(PICTURE)
        show(note("b\x07\n"))
    assert stream.getvalue() == "FAIL    obs-lint: a\\x1b[31m (0.2 s)\n15 s of 1h  HOLD\nb\\x07\n"


def test_a_quick_command_shows_no_step() -> None:
    """The timer is stopped at the end."""
    terminal = Terminal()
    with Display(terminal, after=60) as show:
        show(Progress("reading the files"))
    assert terminal.getvalue() == ""


def test_a_pipe_gets_no_step_however_long_it_takes() -> None:
    """No timer runs for a pipe."""
    pipe = StringIO()
    with Display(pipe, after=0.01) as show:
        show(Progress("reading the files"))
        Event().wait(0.05)
    assert pipe.getvalue() == ""


def test_a_long_command_shows_the_running_step_and_every_later_step() -> None:
    """The first step is shown after the delay, and each step replaces the step before."""
    terminal = Terminal()
    with Display(terminal, after=0.01) as show:
        show(Progress("reading the files"))
        assert terminal.written.wait(10)
        show(Progress("checking 3 rules"))
    erase = "\r\x1b[J"
    assert terminal.getvalue() == f"        reading the files …{erase}        checking 3 rules …{erase}"


def test_nothing_is_shown_before_the_first_step() -> None:
    """The delay is over, and the first step is shown when it begins."""
    terminal = Terminal()
    with Display(terminal, after=0.01) as show:
        Event().wait(0.05)
        show(Progress("reading the files"))
    assert drawn(terminal) == "        reading the files …"


def test_each_step_is_one_line() -> None:
    """A terminal shows the running step, and writes its result over it."""
    log, terminal = StringIO(), Terminal()
    for stream in (log, terminal):
        with Display(stream) as show:
            show(Progress("lint"))
            show(note("PASS    lint: fine (1.0 s)"))
            show(Progress("unit"))
    assert log.getvalue() == "PASS    lint: fine (1.0 s)\n"
    erase = "\r\x1b[J"
    result = f"{erase}PASS    lint: fine (1.0 s)\n        lint …"
    assert terminal.getvalue() == f"        lint …{result}{erase}        unit …{erase}"


def test_a_result_stays_above_the_picture() -> None:
    """The picture is drawn again below each result, and disappears at the end."""
    terminal = Terminal()
    with Display(terminal) as show:
        show(PICTURE)
        show(note("PASS    obs-lint: fine (0.2 s)"))
    erase = "\r\x1b[1A\x1b[J"
    assert terminal.getvalue() == (f"{PICTURE.text}{erase}PASS    obs-lint: fine (0.2 s)\n{PICTURE.text}{erase}")


def test_a_counted_step_is_drawn_at_every_tenth() -> None:
    """More drawing would only cost time. Another step with the same counts is drawn too."""
    terminal = Terminal()
    with Display(terminal) as show:
        for done in range(1001):
            show(Progress("files", done, 1000))
        show(Progress("changes", 1000, 1000))
    lines = drawn(terminal).split(" …")
    assert [line.strip() for line in lines[:3]] == ["0 of 1000 files", "100 of 1000 files", "200 of 1000 files"]
    assert [line.strip() for line in lines[-3:]] == ["1000 of 1000 files", "1000 of 1000 changes", ""]
    assert len(lines) == 13


@pytest.fixture
def narrow() -> Iterator[tuple[TextIO, int]]:
    """Open a real terminal of 20 columns and 4 lines. Return its stream and the descriptor that shows its content."""
    outside, inside = pty.openpty()
    with os.fdopen(inside, "w", encoding="utf-8") as stream:
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 4, 20, 0, 0))
        yield stream, outside
    os.close(outside)


def test_a_picture_is_cut_to_the_size_of_the_terminal(narrow: tuple[TextIO, int]) -> None:
    """A line that wraps, or a picture that leaves the screen, could not be erased. Wide characters count twice."""
    stream, outside = narrow
    size = size_of(stream)
    assert size is not None
    assert tuple(size) == (20, 4)
    with Display(stream) as show:
        show(Progress("HOLD\n가나다라마바사아자차카\n12345678901234567890\nleft out\nleft out too"))
        shown = os.read(outside, 1000).decode().split("\r\n")
    assert shown == ["HOLD", "가나다라마바사아자…", "123456789012345678…"]


def test_a_closed_reader_does_not_stop_the_command() -> None:
    """A line that cannot be written is dropped, also when the stream is closed."""
    reading, writing = os.pipe()
    with io.TextIOWrapper(io.BufferedWriter(Unfailing(writing, "w")), "utf-8", line_buffering=True) as stream:
        show = Display(stream)
        show(note("PASS    lint: fine"))
        assert b"lint" in os.read(reading, 1000)
        os.close(reading)
        show(note("PASS    unit: fine"))
        show(note("PASS    unit: fine"))


def test_a_full_disk_or_a_closed_stream_does_not_stop_the_command(tmp_path: Path) -> None:
    """A display has no influence on the command."""
    with io.TextIOWrapper(io.BufferedWriter(Unfailing("/dev/full", "w")), "utf-8") as full:
        Display(full)(note("PASS    lint: fine"))
    path = tmp_path / "closed"
    with path.open("w", encoding="utf-8") as closed:
        show = Display(closed)
    show(note("PASS    lint: fine"))
    assert path.read_text(encoding="utf-8") == ""
