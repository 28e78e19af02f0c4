"""Ends the process after a signal, and only at places where no work is left half done.

The handlers of SIGINT, SIGTERM and SIGHUP raise no exception. They store the signal and wake the code that waits.
An exception from a handler could come between any two steps of the program: inside a library that has a lock, or
inside a C extension during its import. So every long wait uses one of the wait functions of this module
(``pause``, ``outcome``, ``readable``), and a wait function raises ``Stopped``.

Code that computes for a long time calls no wait function. ``GRACE`` seconds after the signal, or at a second Ctrl-C,
the process is therefore ended at once, after the last acts that were given to ``undone_at_worst``, such as killing a
program. A block that must be finished, such as a rollback, is entered with ``whole``. Inside such a block only a
second Ctrl-C ends the process.

A program that only imports gonogo does not call ``install``. Its signals and its waits do not change.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager, suppress
from threading import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:  # this module is imported first, and 'typing' would lengthen the time without handlers
    from collections.abc import Callable, Collection, Iterator
    from concurrent.futures import Future
    from types import FrameType
    from typing import NoReturn, TypeVar

    Result = TypeVar("Result")

GRACE = 1.5
"""Seconds from a signal until the process is ended, if it calls no wait function."""

SECOND_PRESS = 0.5
"""Seconds after which another SIGINT counts: ``timeout`` and terminals send the first one twice."""

WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LONGEST_POLL = 3600.0
_OFFSET = 128  # a shell shows 128 + n for a process that signal n ended


class Stopped(KeyboardInterrupt):
    """A signal asked the process to end.

    Attributes:
        number: the signal that came.
    """

    def __init__(self, number: signal.Signals) -> None:
        """Store the signal."""
        super().__init__(number.name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """Return the exit code that a shell shows for a process that this signal ended."""
        return _OFFSET + self.number


class _State:
    """The signals that came to this process.

    Attributes:
        main: the thread that installed the handlers; ``None``: no handler is installed.
        wake: both ends of the pipe that wakes this thread. Signals and finished futures write to it.
        alarm: both ends of the pipe that wakes all other threads. A signal makes it readable for ever.
        came: the first signal.
        at: the time of the first signal, by the monotonic clock.
        raised: True if a wait function of the main thread has raised ``Stopped`` since.
        over: True if the command has its result, so that a signal comes too late.
        whole: an entry for each running block that must be finished. A list changes in one step in any thread.
        undo: the last acts of a process that is ended at once.
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
        """Return whether a signal came for which the main thread has not raised ``Stopped`` yet."""
        return self.came is not None and not self.raised and not self.over


_state = _State()


def install() -> None:
    """Install the handlers. A signal that is ignored, such as SIGHUP under ``nohup``, stays ignored."""
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
    """Raise ``Stopped`` if a signal has come: once in the main thread, and in other threads outside of ``whole``."""
    if _state.came is None or _state.over:
        return
    if _state.main != get_ident():
        if not _state.whole:
            raise Stopped(_state.came)
    elif not _state.raised:
        _state.raised = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise Stopped(_state.came)


def stop_now() -> NoReturn:
    """End a command whose work a signal cut short, with the exit code of that signal.

    Raises:
        Stopped: always. Without a handler of gonogo the interrupt was Python's own, which SIGINT causes.
    """
    raise Stopped(_state.came or signal.SIGINT)


def disregard() -> None:
    """Ignore every signal from now on, because the command has its result."""
    if _state.main is not None:
        _state.over = True
        signal.setitimer(signal.ITIMER_REAL, 0)


def pause(seconds: float) -> None:
    """Wait for some seconds.

    Raises:
        Stopped: a signal came.
    """
    _until(lambda: False, seconds)


def looks(seconds: float, every: float) -> Iterator[None]:
    """Yield for each look at something that is waited for: at once, then after pauses, until the time is over.

    Raises:
        Stopped: a signal came.
    """
    end = time.monotonic() + seconds
    yield
    while time.monotonic() < end:
        pause(every)
        yield


def outcome(future: Future[Result], seconds: float | None = None) -> Result:
    """Wait for the result of a future.

    Raises:
        Stopped: a signal came.
        TimeoutError: the future had no result in time.
    """
    if _state.main != get_ident() or future.done():
        return future.result(seconds)
    future.add_done_callback(lambda _: _ring())
    _until(future.done, seconds)
    return future.result(0)


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until a descriptor has data to read, and return whether it has.

    Raises:
        Stopped: a signal came.
    """
    return _until(lambda: bool(_polled((descriptor,), 0)), seconds, (descriptor,))


@contextmanager
def whole() -> Iterator[None]:
    """Let the block run to its end, even if a signal comes."""
    _state.whole.append(None)
    try:
        yield
    finally:
        _state.whole.pop()
        if not _state.whole and _state.pending:
            signal.setitimer(signal.ITIMER_REAL, GRACE)


@contextmanager
def undone_at_worst(act: Callable[[], object]) -> Iterator[None]:
    """Call ``act`` if the process is ended at once inside the block. ``act`` must take no lock."""
    _state.undo.append(act)
    try:
        yield
    finally:
        _state.undo.remove(act)


def _ring() -> None:
    """Wake the main thread, so that it checks the condition for which it waits."""
    if _state.main is not None:
        with suppress(BlockingIOError):  # a full pipe wakes as well
            os.write(_state.wake[1], b"\0")


def _until(met: Callable[[], bool], seconds: float | None, descriptors: Collection[int] = ()) -> bool:
    """Wait until ``met`` returns True. It is called again when a descriptor, a future or a signal wakes the thread."""
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
    """Return the descriptors that wake this thread."""
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
    """End the process by the system's own call. No code may run that could wait for a lock."""
    for act in reversed(_state.undo):
        with suppress(Exception):
            act()
    with suppress(OSError):
        os.write(2, b"gonogo: interrupted\n")
    os._exit(_OFFSET + number)
