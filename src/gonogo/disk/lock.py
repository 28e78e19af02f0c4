"""A lock between processes. A process waits for it up to a deadline, without polling.

``flock`` can wait for ever or give up at once, but has no deadline. So a thread waits. That
works in the main program, in a daemon and in any thread, and changes no signal handler. A
wait that was given up cannot be interrupted. If it gets the lock later, it releases the lock
at once. The next attempt of this process takes the old wait over, so that a lock that is never
released costs one thread, not many.

The deadline bounds the wait for one holder that does not release the lock. While the lock
passes from holder to holder, for example among two hundred writers on a slow machine, a
process waits longer, up to a second bound.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gonogo.disk.regular_file import status_of
from gonogo.errors import Busy
from gonogo.stopping import happened, ring

LONGEST_LINE = 60.0
"""The longest wait in seconds while the lock passes from one holder to the next."""

LETTING_GO = 0.5
"""The shortest wait in seconds after this process gave up a wait: that wait may hold the lock for a moment."""

_given_up: dict[Path, _Wait] = {}
_bookkeeping = threading.Lock()


@contextmanager
def hold(path: Path, patience: float, progress: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Hold the lock on the file ``path`` for the time of the block. A missing file is created.

    Args:
        path: the lock file, or an existing folder: then the folder itself is locked, and no file is created.
        patience: seconds to wait for a holder.
        progress: returns another value each time a holder has done its work. Each new value starts
            the patience again, up to ``LONGEST_LINE`` in all.

    Raises:
        Busy: another process held the lock all that time. The error says which process may hold it.
        OSError: the lock file cannot be opened or locked.
    """
    end = time.monotonic() + max(patience, LONGEST_LINE)
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
    deadline = time.monotonic() + patience
    descriptor = _locked(path, deadline)
    while descriptor is not None and not _is_at(path, descriptor):
        os.close(descriptor)
        descriptor = _locked(path, deadline)
    return descriptor


def _locked(path: Path, deadline: float) -> int | None:
    made = os.O_DIRECTORY if path.is_dir() else os.O_CREAT
    with _bookkeeping:
        if path in _given_up:
            deadline = max(deadline, time.monotonic() + LETTING_GO)
    descriptor = os.open(path, os.O_RDONLY | made | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
    try:
        if not made & os.O_DIRECTORY:
            status_of(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _wait_for(path, descriptor).outcome(deadline)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _wait_for(path: Path, descriptor: int) -> _Wait:
    with _bookkeeping:
        earlier = _given_up.pop(path, None)
        if earlier is None:
            return _Wait(path, descriptor)
        earlier.wanted = True
    os.close(descriptor)
    return earlier


def _is_at(path: Path, descriptor: int) -> bool:
    """Return true if the locked file is still at ``path``: it may have been deleted during the wait."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


class _Wait:
    """A blocking ``flock`` in its own thread."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.wanted = True
        self._path = path
        self._descriptor = descriptor
        self._error: OSError | None = None
        self._over = threading.Event()
        threading.Thread(target=self._wait, name=f"lock {path.name}", daemon=True).start()

    def _wait(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except OSError as error:
            self._error = error
        with _bookkeeping:
            if not self.wanted:
                del _given_up[self._path]
                os.close(self._descriptor)
            self._over.set()
        ring()

    def outcome(self, deadline: float) -> int | None:
        """Return the locked descriptor, or ``None`` if the deadline came first."""
        try:
            in_time = happened(self._over, deadline - time.monotonic())
        except BaseException:
            if not self._given_up():
                os.close(self._descriptor)
            raise
        if not in_time and self._given_up():
            return None
        if self._error:
            os.close(self._descriptor)
            raise self._error
        return self._descriptor

    def _given_up(self) -> bool:
        """Give up the wait and return true; return false if the wait has already ended."""
        with _bookkeeping:
            if self._over.is_set():
                return False
            self.wanted = False
            _given_up[self._path] = self
            return True


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
