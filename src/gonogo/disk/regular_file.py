"""Reads regular files only, up to a bound. A pipe, a device or a socket is refused before it is opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from gonogo.errors import Position, Problem, cause_of

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of the largest file that is read; 10,000 rules take 4 MB."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotReadable(OSError):
    """A file that cannot be used, with the reason."""

    def __init__(self, why: str, path: Path | None = None) -> None:
        """Store the reason, and the path if it is known."""
        super().__init__(errno.EINVAL, why, *(() if path is None else (str(path),)))
        self.why = why

    def __str__(self) -> str:
        """Return the reason alone."""
        return self.why


class Unreadable(Exception):
    """A file that cannot be read as text. The problem says where, why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def keeps_readers_waiting(path: str) -> bool:
    """Return true if a program that reads this path may never reach the end, as with a pipe or a device."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def status_of(path: Path) -> os.stat_result:
    """Return the status of the regular file at ``path``. Symbolic links are followed.

    Raises:
        NotReadable: the file is not a regular file, or cannot be reached.
    """
    try:
        status = path.stat()
    except OSError as error:
        why = "its link leads nowhere" if path.is_symlink() else cause_of(error)
        raise NotReadable(why, path) from error
    _refuse(status, path)
    return status


def read_regular(path: Path, largest: int = LARGEST_FILE) -> tuple[bytes, os.stat_result]:
    """Return the content of a whole file, and its status.

    Raises:
        NotReadable: the file is not a regular file, is larger than ``largest``, is not readable for this user, or
            was replaced or written during the read.
    """
    expected = status_of(path)
    if expected.st_size > largest:
        raise NotReadable(f"it is larger than {largest >> 20} MiB")
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not os.path.samestat(status, expected):
                raise NotReadable("it was replaced while it was read")
            content = file.read(largest + 1)
    except OSError as error:
        raise NotReadable(cause_of(error)) from error
    if len(content) != status.st_size:
        raise NotReadable("it was written while it was read")
    return content, status


def read_some(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Read a regular file without waiting, up to ``most`` bytes and one more, which shows that the file is larger.

    Raises:
        OSError: the file is missing, or is not readable for this user.
        NotReadable: the file is not a regular file.
    """
    if not stat.S_ISDIR((status := path.stat()).st_mode):  # the system itself refuses to read a folder
        _refuse(status, path)  # the mere opening of a device may have an effect
    with open(path, "rb", opener=_without_waiting) as file:
        _refuse(os.fstat(file.fileno()), path)
        return file.read(most + 1)


def text_of(path: Path, errors: str = "strict") -> str:
    """Read a whole regular file as UTF-8.

    Raises:
        OSError: the file is missing, or is not readable for this user.
        NotReadable: the file is not a regular file, or is larger than ``LARGEST_FILE``.
        UnicodeDecodeError: the content is not UTF-8.
    """
    content = read_some(path)
    if len(content) > LARGEST_FILE:
        raise NotReadable(f"it is larger than {LARGEST_FILE >> 20} MiB")
    return content.decode(errors=errors)


def read_text(path: Path, shown: str) -> str:
    """Read a whole regular file as UTF-8. Errors call the file ``shown``.

    Raises:
        Unreadable: ``text_of`` cannot read the file.
    """
    try:
        return text_of(path)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        place = Position(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Unreadable(Problem(place, "this is no UTF-8 text", "save it as UTF-8, or name another file")) from error
    except (OSError, ValueError) as error:
        denied = isinstance(error, PermissionError)
        next_step = "make it readable" if denied else "name a file that can be read"
        why = f"it cannot be read: {cause_of(error)}"
        raise Unreadable(Problem(Position(shown, 1, 1), why, next_step)) from error


def _refuse(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotReadable(f"it is {_KINDS.get(stat.S_IFMT(status.st_mode), 'something else')}, no regular file", path)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
