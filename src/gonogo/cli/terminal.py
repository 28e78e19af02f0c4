"""Decides what a terminal gets that a pipe or a file does not: colours, and lines that fit its width.

Words that say an outcome or a severity are coloured where they begin a line: after blanks, a place in a file, the
number and time of a record, or the time of a watch. ``NO_COLOR`` turns the colours off. A line that begins with
such a word is prose, so it is wrapped below its text. Other lines, such as commands to paste and excerpts of files,
stay as they are.
"""

from __future__ import annotations

import os
import re
from typing import TextIO

from gonogo.environment import variable
from gonogo.model.columns import columns, wrapped

DEFAULT_SIZE = os.terminal_size((80, 24))
"""The size of a terminal that does not report its own."""

_GREEN, _YELLOW, _RED, _CYAN = 32, 33, 31, 36
_COLOURS = {
    **dict.fromkeys(("PASS", "GO", "CERTIFIED", "verified", "reloaded", "unchanged"), _GREEN),
    **dict.fromkeys(("UNKNOWN", "HOLD", "NOT CERTIFIED", "warning"), _YELLOW),
    **dict.fromkeys(("FAIL", "NO-GO", "ABORTED", "not verified", "error", "refused", "rolled-back", "failed"), _RED),
    "info": _CYAN,
}
_BEFORE = (
    r"[ ]*",
    r"- ",
    r"policy lint: ",
    r"recorded: [\w-]+ ",
    r"outcome +",
    r"\d+ +\d\S+ +",
    r"[\d.]+ s of \S+  ",
    r"\S.*?:\d+:\d+: ",
)
_WORD = re.compile(
    rf"^((?:- )?(?:{'|'.join(_BEFORE)}))({'|'.join(sorted(_COLOURS, key=len, reverse=True))})(?=[\s:]|$)", re.MULTILINE
)
_HANGING = 8
"""Columns of an outcome with the blanks behind it. The further lines of a wrapped line begin below the text."""


def size_of(stream: TextIO) -> os.terminal_size | None:
    """Return the columns and lines of a terminal; ``None`` for a stream that is no terminal."""
    if not stream.isatty() or variable("TERM") == "dumb":
        return None
    try:
        columns, lines = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        columns, lines = 0, 0
    return os.terminal_size((columns or DEFAULT_SIZE.columns, lines or DEFAULT_SIZE.lines))


def columns_of(stream: TextIO | None) -> int | None:
    """Return the number of columns of a terminal; ``None`` for any other stream."""
    size = None if stream is None else size_of(stream)
    return None if size is None else size.columns


def fitted(text: str, stream: TextIO) -> str:
    """Return a text in the form for a stream: on a terminal it is wrapped and coloured, elsewhere it is unchanged."""
    size = size_of(stream)
    return text if size is None else coloured("\n".join(_wrapped(line, size.columns) for line in text.split("\n")))


def coloured(text: str) -> str:
    """Colour the outcomes and severities of a text, unless ``NO_COLOR`` is set."""
    if variable("NO_COLOR") is not None:
        return text
    return _WORD.sub(lambda found: f"{found[1]}\x1b[{_COLOURS[found[2]]}m{found[2]}\x1b[0m", text)


def _wrapped(line: str, width: int) -> str:
    found = _WORD.match(line) if columns(line) > width else None
    if found is None:
        return line
    indent = len(line) - len(line.lstrip()) + _HANGING
    return line if indent > width // 2 else wrapped(line, width, indent)
