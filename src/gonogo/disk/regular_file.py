"""Reads regular files only, up to a bound: a pipe, a device or a socket is told before it is opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; 10,000 rules take 4 MB."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotReadable(OSError):
    """A file that cannot be taken, and why."""

    def __init__(self, why: str, path: Path | None = None) -> None:
        """Keep the reason, and the path where it is known."""
        super().__init__(errno.EINVAL, why, *(() if path is None else (str(path),)))
        self.why = why

    def __str__(self) -> str:
        """Give the reason alone."""
        return self.why


def keeps_readers_waiting(path: str) -> bool:
    """Tell whether a program that opens this path and reads to the end may never get there: a pipe, a device."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def status_of(path: Path) -> os.stat_result:
    """Give the status of the regular file behind ``path``, links followed.

    Raises:
        NotReadable: it is no regular file, or cannot be reached.
    """
    try:
        status = path.stat()
    except OSError as error:
        why = "its link leads nowhere" if path.is_symlink() else error.strerror or str(error)
        raise NotReadable(why, path) from error
    _refuse(status, path)
    return status


def read_regular(path: Path, largest: int = LARGEST_FILE) -> tuple[bytes, os.stat_result]:
    """Read a whole file, and give its status with it.

    Raises:
        NotReadable: it is no regular file, is larger than ``largest``, may not be read, or was replaced by
            another one or written meanwhile.
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
        raise NotReadable(error.strerror or str(error)) from error
    if len(content) != status.st_size:
        raise NotReadable("it was written while it was read")
    return content, status


def read_some(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Read a regular file up to one byte more than ``most``, by which a larger one is told; nothing is waited for.

    Raises:
        OSError: it is not there, or may not be read.
        NotReadable: it is no regular file.
    """
    if not stat.S_ISDIR((status := path.stat()).st_mode):  # of a folder the system says it
        _refuse(status, path)  # opening a device may already do something
    with open(path, "rb", opener=_without_waiting) as file:
        _refuse(os.fstat(file.fileno()), path)
        return file.read(most + 1)


def read_text(path: Path, errors: str = "strict") -> str:
    """Read a whole regular file as UTF-8.

    Raises:
        OSError: it is not there, or may not be read.
        NotReadable: it is no regular file, or is larger than ``LARGEST_FILE``.
        UnicodeDecodeError: it is no UTF-8.
    """
    content = read_some(path)
    if len(content) > LARGEST_FILE:
        raise NotReadable(f"it is larger than {LARGEST_FILE >> 20} MiB")
    return content.decode(errors=errors)


def _refuse(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotReadable(f"it is {_KINDS.get(stat.S_IFMT(status.st_mode), 'something else')}, no regular file", path)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
