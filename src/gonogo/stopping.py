"""Ends the process when a signal asks for it, and only at places where nothing can be left half done.

The handlers of SIGINT, SIGTERM and SIGHUP raise nothing: they note the signal and wake the code that waits. An
exception out of a handler would come between any two steps of the program: inside a library that holds a lock, or
inside a C extension that is being imported. So every long wait goes through one of the doors of this module
(``pause``, ``outcome``, ``happened``, ``ended``, ``readable``), and a door raises ``Stopped``.

Code that computes for long meets no door. ``GRACE`` seconds after the signal, or at a second Ctrl-C, the process is
therefore ended as it is, after the last acts that ``undone_at_worst`` was given, such as killing a program. A block
that has to be finished, such as the way back of a reload, is entered with ``whole``: inside it only a second Ctrl-C
ends the process.

A program that only imports gonogo does not call ``install``. Its signals and its waits stay as they were.
"""

from __future__ import annotations

import os
import posix
import select
import signal
import time
from contextlib import contextmanager, suppress
from threading import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:  # this module is imported first, and 'typing' would lengthen the time without handlers
    import subprocess
    from collections.abc import Callable, Collection, Iterator
    from concurrent.futures import Future
    from threading import Event
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")

GRACE = 1.5
"""Seconds from a signal until the process is ended, if it meets no door."""

SECOND_PRESS = 0.5
"""Seconds after which another SIGINT is another wish: ``timeout`` and terminals send one wish twice."""

WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LONGEST_POLL = 3600.0
_OFFSET = 128  # a shell shows 128 + n for a process that signal n ended


class Stopped(KeyboardInterrupt):
    """A signal asked the process to end.

    Attributes:
        number: the signal.
    """

    def __init__(self, number: signal.Signals) -> None:
        """Keep the signal."""
        super().__init__(number.name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """The exit code that a shell shows for a process that this signal ended."""
        return _OFFSET + self.number


class _State:
    """The signals of this process, as far as they were noted.

    Attributes:
        main: the thread that installed the handlers; ``None``: nothing is installed.
        wake: both ends of the pipe that wakes this thread: signals and finished futures write to it.
        alarm: both ends of the pipe that wakes all other threads; a signal makes it readable for ever.
        came: the first signal.
        at: when that was, by the monotonic clock.
        raised: whether the main thread has met a door since.
        over: whether the command has its result, so that a signal comes too late.
        whole: an entry for each block under way that has to be finished; a list changes in one step in any thread.
        undo: the last acts of a process that is ended as it is.
    """

    def __init__(self) -> None:
        self.main: int | None = None
        self.wake = self.alarm = (-1, -1)
        self.came: signal.Signals | None = None
        self.at = 0.0
        self.raised = False
        self.over = False
        self.whole: list[None] = []
        self.undo: list[Callable[[], object]] = []

    @property
    def pending(self) -> bool:
        """Return whether a signal came that the main thread has not answered yet."""
        return self.came is not None and not self.raised and not self.over


_state = _State()


def install() -> None:
    """Note signals from now on; a signal that is ignored, as SIGHUP is below ``nohup``, stays so."""
    if _state.main is not None:
        return
    _state.wake, _state.alarm = (os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) for _ in range(2))
    _state.main = get_ident()
    signal.set_wakeup_fd(_state.wake[1], warn_on_full_buffer=False)
    signal.signal(signal.SIGALRM, _overdue)
    for number in WATCHED:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _note)


def checkpoint() -> None:
    """Raise ``Stopped`` if a signal has come: once in the main thread, and in the others outside of ``whole``."""
    if _state.came is None or _state.over:
        return
    if _state.main != get_ident():
        if not _state.whole:
            raise Stopped(_state.came)
    elif not _state.raised:
        _state.raised = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise Stopped(_state.came)


def disregard() -> None:
    """Take a signal that has come, or will come, as too late: the result of the command is there."""
    if _state.main is not None:
        _state.over = True
        signal.setitimer(signal.ITIMER_REAL, 0)


def pause(seconds: float) -> None:
    """Wait.

    Raises:
        Stopped: a signal came.
    """
    _until(lambda: False, seconds)


def outcome(future: Future[Result], seconds: float | None = None) -> Result:
    """Wait for the result of a future.

    Raises:
        Stopped: a signal came.
        TimeoutError: there was no result in time.
    """
    if _state.main != get_ident() or future.done():
        return future.result(seconds)
    future.add_done_callback(lambda _: ring())
    _until(future.done, seconds)
    return future.result(0)


def happened(event: Event, seconds: float) -> bool:
    """Wait for an event; whoever sets it calls ``ring``. Say whether it happened.

    Raises:
        Stopped: a signal came.
    """
    return _until(event.is_set, seconds) if _state.main == get_ident() else event.wait(max(0.0, seconds))


def ring() -> None:
    """Let the main thread look at what it waits for."""
    if _state.main is not None:
        with suppress(BlockingIOError):  # a full pipe wakes as well
            os.write(_state.wake[1], b"\0")


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the end of a child process; say whether it has ended.

    Raises:
        Stopped: a signal came.
    """
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:  # its end was seen before
        return True
    try:
        return _until(lambda: process.poll() is not None, seconds, (handle,))
    finally:
        os.close(handle)


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until there is something to read; say whether there is.

    Raises:
        Stopped: a signal came.
    """
    return _until(lambda: bool(_polled((descriptor,), 0)), seconds, (descriptor,))


@contextmanager
def whole() -> Iterator[None]:
    """Let the block come to its end, however long that takes after a signal."""
    _state.whole.append(None)
    try:
        yield
    finally:
        _state.whole.pop()
        if not _state.whole and _state.pending:
            signal.setitimer(signal.ITIMER_REAL, GRACE)


@contextmanager
def undone_at_worst(act: Callable[[], object]) -> Iterator[None]:
    """Undo the block by ``act`` if the process is ended inside it; ``act`` must take no lock."""
    _state.undo.append(act)
    try:
        yield
    finally:
        _state.undo.remove(act)


def _until(met: Callable[[], bool], seconds: float | None, descriptors: Collection[int] = ()) -> bool:
    """Wait until something is met, looking whenever a descriptor, a future or a signal wakes us."""
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        checkpoint()
        if met():
            return True
        left = _LONGEST_POLL if end is None else end - time.monotonic()
        if left <= 0:
            return False
        if _state.wake[0] in _polled((*descriptors, *_bells()), left):
            _drain()


def _bells() -> tuple[int, ...]:
    """Return what wakes this thread."""
    if _state.main is None:
        return ()
    if _state.main == get_ident():
        return (_state.wake[0],)
    return () if _state.came is not None else (_state.alarm[0],)


def _polled(descriptors: Collection[int], seconds: float) -> list[int]:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in poll.poll(min(seconds, _LONGEST_POLL) * 1000)]


def _drain() -> None:
    with suppress(BlockingIOError):
        while os.read(_state.wake[0], 4096):
            pass


def _note(number: int, frame: FrameType | None) -> None:
    del frame
    now = time.monotonic()
    if _state.came is None:
        _state.came, _state.at = signal.Signals(number), now
        os.write(_state.alarm[1], b"\0")
        if _state.pending:
            signal.setitimer(signal.ITIMER_REAL, GRACE)
    elif number == signal.SIGINT and now - _state.at >= SECOND_PRESS:
        _end(_state.came)


def _overdue(number: int, frame: FrameType | None) -> None:
    del number, frame
    if _state.came is not None and _state.pending and not _state.whole:
        _end(_state.came)


def _end(number: signal.Signals) -> None:
    """End the process as it is, by the system's own call: nothing may run that could wait for a lock."""
    for act in reversed(_state.undo):
        with suppress(Exception):
            act()
    with suppress(OSError):
        os.write(2, b"gonogo: interrupted\n")
    posix._exit(_OFFSET + number)  # noqa: SLF001 - its public name, os._exit, is one that coverage replaces
