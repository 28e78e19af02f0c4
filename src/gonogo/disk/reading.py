"""Reads a file of text safely: only regular files up to a bound, and without waiting for a pipe or a device."""

from __future__ import annotations

import errno
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.errors import Position, Problem

LARGEST_BYTES = 16 * 1024 * 1024
"""Bytes of the largest file that is read; 10,000 rules take 4 MB."""

_TOO_LARGE = f"it is larger than {LARGEST_BYTES >> 20} MiB, which no file of rules or tests is"


class Unreadable(Exception):
    """A file that cannot be read as text. The problem says where, why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_text(path: Path, shown: str) -> str:
    """Read a file as UTF-8.

    Args:
        path: the path of the file.
        shown: the name of the file in errors.

    Raises:
        Unreadable: the file is missing, not a regular file, larger than ``LARGEST_BYTES``, not readable for this
            user, or not text.
    """
    try:
        content = read_some(path, LARGEST_BYTES)
        if len(content) > LARGEST_BYTES:
            raise OSError(errno.EFBIG, _TOO_LARGE)  # noqa: TRY301 - reported like an error of the system
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(Problem(Position(shown, 1, 1), f"it cannot be read: {why}", _next_step(error))) from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        place = Position(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Unreadable(Problem(place, "this is no UTF-8 text", "save it as UTF-8, or name another file")) from error


def _next_step(error: OSError | ValueError) -> str:
    denied = isinstance(error, OSError) and error.errno in {errno.EACCES, errno.EPERM}
    return "make it readable" if denied else "name a file that can be read"
