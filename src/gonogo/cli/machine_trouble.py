"""Recognises errors that are neither a user's mistake nor a bug: the machine has no more memory, disk or threads."""

from __future__ import annotations

import errno
from pathlib import Path

from gonogo.errors import GonogoError, NoRoom, UsageError

_MEMORY = ("memory is used up", "raise the limit on memory (ulimit -v), or free some, and run the command again")
_PROCESSES = (
    "no thread or process can be started",
    "raise the limits on processes and memory (ulimit -u, ulimit -v), and run the command again",
)
_SPACE = ("no space is left on the disk", "make room there, and run the command again")
_FILES = ("too many files are open", "raise the limit on open files (ulimit -n), and run the command again")

_BY_NUMBER = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: ("the user's quota on the disk is used up", "make room in it, and run the command again"),
    errno.EFBIG: (
        "a file would be larger than this process may write",
        "raise the limit on the size of files (ulimit -f), and run the command again",
    ),
    errno.ENOMEM: _MEMORY,
    errno.EAGAIN: _PROCESSES,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
}
_SCRATCH = (
    "no temporary folder can be written",
    "make room in /tmp, set TMPDIR to another folder, or raise the limit on the size of files (ulimit -f)",
)
_NO_FOLDER = "No usable temporary directory found"
_NO_MAPPING = ("Cannot allocate memory", "failed to map segment")


def machine_trouble(error: BaseException) -> GonogoError | None:
    """Return the error about the resource that is used up; ``None`` if the error has another cause."""
    if isinstance(error, FileNotFoundError) and _is_nowhere():
        return UsageError(
            "the working directory was deleted",
            why=error.strerror or "",
            next_step="change to a directory that is there, and run the command again",
        )
    lacks = _lacks(error)
    if lacks is None:
        return None
    what, next_step = lacks
    where = str(error.filename) if isinstance(error, OSError) and error.filename is not None else ""
    return NoRoom(what, where=where, why=str(error) or type(error).__name__, next_step=next_step)


def _lacks(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, FileNotFoundError) and _NO_FOLDER in str(error):
        return _SCRATCH
    if isinstance(error, OSError):
        return _BY_NUMBER.get(error.errno or 0)
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, ImportError) and any(words in str(error) for words in _NO_MAPPING):
        return _MEMORY
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return _PROCESSES
    return None


def _is_nowhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False
