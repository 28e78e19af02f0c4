"""Lets SIGTERM, or a lost terminal, end a block as an interrupt would, so that what it started is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """A signal came that asks to end."""


def unwound_by_sigterm() -> AbstractContextManager[None]:
    """While the block runs in the main thread, turn SIGTERM into ``Terminated``, once."""
    return unwound_by(signal.SIGTERM)


@contextmanager
def unwound_by(*numbers: signal.Signals) -> Iterator[None]:
    """While the block runs in the main thread, turn the first of these signals into ``Terminated``, once.

    A signal that is ignored, as SIGHUP is below ``nohup``, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def terminate(number: int, frame: FrameType | None) -> None:
        del number, frame
        for one in before:  # what is being stopped must not be interrupted again, as by a session that ends
            signal.signal(one, signal.SIG_IGN)
        raise Terminated

    before = {one: handler for one in numbers if (handler := signal.getsignal(one)) is not signal.SIG_IGN}
    for one in before:
        signal.signal(one, terminate)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
