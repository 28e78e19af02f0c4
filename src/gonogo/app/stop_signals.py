"""Lets a daemon end between two pieces of work when it is asked to, and never inside one."""

from __future__ import annotations

import signal
from types import TracebackType
from typing import Self

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM})


class StopSignals:
    """While entered, SIGINT and SIGTERM wait until they are asked for.

    Attributes:
        caught: the signal that came, once one did.
    """

    def __init__(self) -> None:
        self.caught: signal.Signals | None = None
        self._mask: set[int | signal.Signals] = set()

    def __enter__(self) -> Self:
        """Hold the signals back."""
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let signals through as before."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def within(self, seconds: float) -> bool:
        """Wait so long, or until a signal is there; say whether one is."""
        received = signal.sigtimedwait(STOPPING, max(0.0, seconds))
        if received is not None:
            self.caught = signal.Signals(received.si_signo)
        return received is not None
