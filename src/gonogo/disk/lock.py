"""A lock between processes. A process waits for it up to a deadline.

``flock`` can wait for ever or give up at once, but has no deadline. So the lock is tried again and again.

The deadline bounds the wait for one holder that does not release the lock. While the lock
passes from holder to holder, for example among two hundred writers on a slow machine, a
process waits longer, up to a second bound.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gonogo.disk.regular_file import status_of
from gonogo.errors import Busy
from gonogo.stopping import looks

LONGEST_LINE = 60.0
"""The longest wait in seconds while the lock passes from one holder to the next."""

TRY_EVERY = 0.01
"""Seconds between two attempts."""


@contextmanager
def hold(
    path: Path, patience: float, progress: Callable[[], object] = lambda: None, at_most: float = LONGEST_LINE
) -> Iterator[None]:
    """Hold the lock on the file ``path`` for the time of the block. A missing file is created.

    Args:
        path: the lock file, or an existing folder: then the folder itself is locked, and no file is created.
        patience: seconds to wait for a holder.
        progress: returns another value each time a holder has done its work. Each new value starts
            the patience again.
        at_most: seconds to wait in all, however often the patience starts again.

    Raises:
        Busy: another process held the lock all that time. The error says which process may hold it.
        OSError: the lock file cannot be opened or locked.
    """
    end = time.monotonic() + max(patience, at_most)
    seen = progress()
    descriptor = _first_in_line(path, patience)
    while descriptor is None:
        before, seen = seen, progress()
        if seen == before or time.monotonic() + patience > end:
            raise _busy(path, patience)
        descriptor = _first_in_line(path, patience)
    try:
        yield
    finally:
        os.close(descriptor)


def _first_in_line(path: Path, patience: float) -> int | None:
    attempts = (_taken(path) for _ in looks(patience, TRY_EVERY))
    return next((descriptor for descriptor in attempts if descriptor is not None), None)


def _taken(path: Path) -> int | None:
    """Return the locked file at ``path``; ``None`` if another process holds the lock, or has just deleted the file."""
    made = os.O_DIRECTORY if path.is_dir() else os.O_CREAT
    descriptor = os.open(path, os.O_RDONLY | made | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
    try:
        if not made & os.O_DIRECTORY:
            status_of(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(path.stat(), os.fstat(descriptor)):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _busy(path: Path, patience: float) -> Busy:
    return Busy(
        f"another process held the lock for {patience:g} s",
        where=str(path),
        why=_holder(path),
        next_step="check what that process does (a stopped process keeps its lock); do not delete the lock file",
    )


def _holder(path: Path) -> str:
    """Return a clause that names the process that may hold the lock, from ``/proc/locks`` (``proc(5)``)."""
    try:
        file = f":{path.stat().st_ino}"
        locks = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
        process = next(lock[4] for lock in locks if lock[1] == "FLOCK" and lock[5].endswith(file))
        name = Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except (OSError, StopIteration):
        return (
            "the holder of the lock cannot be seen from here: it is in another container, on another machine, "
            "or has just ended"
        )
    return f"process {process} ({name}) may hold it"
