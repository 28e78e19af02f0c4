"""A lock that a process waits for up to a deadline."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.disk.lock import hold
from gonogo.errors import Busy


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Hold the lock like another process, through another open file. Yield its descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Return true if the lock is free."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def open_files() -> int:
    """Count the open files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def ends(threads: list[threading.Thread]) -> bool:
    """Wait for the threads to end."""
    for thread in threads:
        thread.join(5)
    return not any(thread.is_alive() for thread in threads)


def test_a_lock_that_stays_held_is_busy_after_the_deadline(tmp_path: Path) -> None:
    """The error comes at the deadline and names the process that holds the lock."""
    path = tmp_path / "x.lock"
    with held(path):
        start = time.monotonic()
        with pytest.raises(Busy, match=f"process {os.getpid()} .* may hold it") as caught, hold(path, 0.1):
            pytest.fail("got a lock that somebody else holds")
        assert 0.1 <= time.monotonic() - start < 2
    assert str(path) in str(caught.value)
    assert is_free(path)


def test_an_abandoned_wait_does_not_block_the_next_attempt(tmp_path: Path) -> None:
    """The next attempt gets the lock without waiting."""
    path = tmp_path / "x.lock"
    for _ in range(10):
        with held(path), pytest.raises(Busy), hold(path, 0.001):
            pytest.fail("got a lock that somebody else holds")
        with hold(path, 0):
            assert not is_free(path)


def test_repeated_attempts_at_a_held_lock_leak_nothing(tmp_path: Path) -> None:
    """An abandoned attempt leaves no thread and no open file."""
    path = tmp_path / "x.lock"
    with held(path):
        before = (open_files(), threading.active_count())
        for _ in range(5):
            with pytest.raises(Busy), hold(path, 0.02):
                pytest.fail("got a lock that somebody else holds")
        assert (open_files(), threading.active_count()) == before
    with hold(path, 1):
        assert not is_free(path)


def test_an_attempt_after_an_abandoned_one_can_get_the_lock(tmp_path: Path) -> None:
    """The second attempt waits for the release."""
    path = tmp_path / "x.lock"
    with held(path) as descriptor:
        with pytest.raises(Busy), hold(path, 0.02):
            pytest.fail("got a lock that somebody else holds")
        release = threading.Timer(0.1, fcntl.flock, (descriptor, fcntl.LOCK_UN))
        release.start()
        with hold(path, 5):
            assert not is_free(path)
        release.join()
    assert is_free(path)


def test_progress_of_other_holders_extends_the_wait(tmp_path: Path) -> None:
    """While other holders make progress, the patience begins again. Without progress it runs out."""
    path = tmp_path / "x.lock"
    asked = iter([0, 1, 2, 3, 3])
    with held(path):
        start = time.monotonic()
        with pytest.raises(Busy), hold(path, 0.1, lambda: next(asked)):
            pytest.fail("got a lock that somebody else holds")
        assert 0.4 <= time.monotonic() - start < 2
        assert next(asked, None) is None


def test_the_extended_wait_has_a_bound(tmp_path: Path) -> None:
    """The wait ends at the bound although other holders still make progress."""
    path = tmp_path / "x.lock"
    with held(path):
        start = time.monotonic()
        with pytest.raises(Busy), hold(path, 0.1, time.monotonic, 0.3):
            pytest.fail("got a lock that somebody else holds")
        assert 0.2 <= time.monotonic() - start < 2


def test_a_lock_released_in_time_is_taken_at_once(tmp_path: Path) -> None:
    """The wait ends soon after the release, long before the deadline."""
    path = tmp_path / "x.lock"
    released: list[float] = []

    def release(descriptor: int) -> None:
        released.append(time.monotonic())
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    with held(path) as descriptor:
        timer = threading.Timer(0.1, release, (descriptor,))
        timer.start()
        with hold(path, 5):
            assert time.monotonic() - released[0] < 1
        timer.join()


def test_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    """No increment of the common counter is lost."""
    path = tmp_path / "x.lock"
    counted = [0]

    def count() -> None:
        for _ in range(20):
            with hold(path, 10):
                before = counted[0]
                time.sleep(0)
                counted[0] = before + 1

    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert ends(threads)
    assert counted == [100]


def test_a_lock_file_that_is_deleted_during_the_wait_is_made_again(tmp_path: Path) -> None:
    """A process that waited on the deleted file gets the lock that all other processes see."""
    path = tmp_path / "x.lock"
    seen: list[bool] = []

    def wait() -> None:
        with hold(path, 5):
            seen.append(path.exists() and not is_free(path))

    waiter = threading.Thread(target=wait)
    with held(path):
        waiter.start()
        waiter.join(0.1)
        assert (seen, waiter.is_alive()) == ([], True)
        path.unlink()
    assert ends([waiter])
    assert seen == [True]


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    """The end of the work releases the lock, also after an error."""
    path = tmp_path / "x.lock"
    with pytest.raises(ZeroDivisionError), hold(path, 1):
        raise ZeroDivisionError
    assert is_free(path)


def test_a_killed_holder_does_not_keep_the_lock(tmp_path: Path) -> None:
    """The kernel releases the lock of a dead process."""
    path = tmp_path / "x.lock"
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        with hold(path, 5):
            os.write(tell, b"held")
            signal.pause()
    os.read(told, 4)
    assert not is_free(path)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(told)
    os.close(tell)
    with hold(path, 0):
        assert not is_free(path)


@pytest.mark.parametrize("refused", ["at once", "after a wait"])
def test_a_file_system_without_locks_is_an_error_and_leaks_nothing(
    tmp_path: Path,
    refused: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The system's error is raised, at once or after a wait, and the file is closed."""
    opened = open_files()
    tried: list[int] = []

    def refuse(descriptor: int, operation: int) -> None:
        del descriptor
        tried.append(operation)
        if refused == "after a wait" and len(tried) == 1:
            raise BlockingIOError
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="No locks available"), hold(tmp_path / "x.lock", 5):
        pytest.fail("got a lock from a file system that has none")
    assert open_files() == opened


def test_the_error_reports_that_the_holder_cannot_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of another container are not in this /proc."""
    path = tmp_path / "x.lock"

    def hidden(self: Path, **_: object) -> str:
        raise PermissionError(errno.EACCES, "hidden", str(self))

    with held(path):
        monkeypatch.setattr(Path, "read_text", hidden)
        with pytest.raises(Busy, match="cannot be seen from here"), hold(path, 0.02):
            pytest.fail("got a lock that somebody else holds")
