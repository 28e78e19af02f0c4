"""A lock between processes that is waited for up to a deadline, without polling.

``flock`` can wait for ever or give up at once; it knows no deadline. So a thread
does the waiting: sound in the main program, in a daemon and in any thread, and no
signal handler of anybody is touched. A wait that was given up cannot be interrupted:
it lets the lock go at once should it still come, and this process's next attempt
takes it over, so that a lock that is never released costs one thread, not many.

The deadline is for one holder that does not let go. A line that moves, say two hundred
writers at once on a slow machine, is waited in for longer, up to a bound of its own.
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
"""Seconds that are waited in all, while the lock passes from one holder to the next."""

LETTING_GO = 0.5
"""Seconds that are waited at least where a wait of this process was given up: it may have the lock for a moment."""

_given_up: dict[Path, _Wait] = {}
_bookkeeping = threading.Lock()


@contextmanager
def hold(path: Path, patience: float, progress: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Hold the lock file ``path``, made when missing.

    Args:
        path: the lock file; or a folder that is there, which is locked itself, without a file in it.
        patience: seconds to wait for a holder.
        progress: gives something else once a holder has done its work; while it does,
            the patience begins anew, up to ``LONGEST_LINE``.

    Raises:
        Busy: it was held all that time; says who may hold it.
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
    while descriptor is not None and not _stands_at(path, descriptor):
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


def _stands_at(path: Path, descriptor: int) -> bool:
    """Tell whether the locked file is the one at ``path``, not one deleted while it was waited for."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


class _Wait:
    """One blocking ``flock`` in a thread of its own."""

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
        """Give the locked descriptor, or ``None`` when the deadline came first."""
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
        """Want the lock no more; false where it came all the same."""
        with _bookkeeping:
            if self._over.is_set():
                return False
            self.wanted = False
            _given_up[self._path] = self
            return True


def _busy(path: Path, patience: float) -> Busy:
    return Busy(
        f"somebody else held the lock for {patience:g} s",
        where=str(path),
        why=_holder(path),
        next_step="see what that process does (a stopped one keeps its lock); do not delete the lock file",
    )


def _holder(path: Path) -> str:
    """Say who may hold the lock, as far as the kernel shows it to us (``proc(5)``, ``/proc/locks``)."""
    try:
        file = f":{path.stat().st_ino}"
        locks = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
        process = next(lock[4] for lock in locks if lock[1] == "FLOCK" and lock[5].endswith(file))
        name = Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except (OSError, StopIteration):
        return "who holds it cannot be seen from here: another container, another machine, or it has just ended"
    return f"process {process} ({name}) may hold it"
