"""What an interrupt does while a process is being started."""

from __future__ import annotations

import signal
import threading

import pytest

from gonogo.prometheus.uninterrupted import uninterrupted


def test_an_interrupt_is_raised_when_the_block_has_ended() -> None:
    """Whole, and with the handler that was there."""
    reached = []

    def start() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            reached.append("end")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert reached == ["end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_several_interrupts_are_one() -> None:
    """The second would come amid the clearing up after the first."""

    def start() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as raised:
        start()
    assert raised.value.__context__ is None


def test_an_error_in_the_block_stays_the_error() -> None:
    """And the handlers are back."""
    with pytest.raises(ValueError, match="mine"), uninterrupted():
        raise ValueError("mine")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_ignored_or_deadly_stays_so() -> None:
    """Only handlers of Python run amid a start."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_get_no_signals() -> None:
    """There is nothing to hold back, and no handler may be set."""
    seen = []

    def start() -> None:
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
