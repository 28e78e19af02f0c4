"""A daemon ends between two pieces of work."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from gonogo.app.stop_signals import StopSignals


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_waits_until_it_is_asked_for(asked: signal.Signals) -> None:
    """It interrupts nothing, and the next wait ends at once."""
    with StopSignals() as signals:
        signal.raise_signal(asked)
        assert signals.caught is None
        start = time.monotonic()
        assert signals.within(30)
        assert time.monotonic() - start < 5
    assert signals.caught is asked


def test_a_signal_ends_a_wait_that_has_begun() -> None:
    """The daemon does not sleep on."""
    with StopSignals() as signals:
        sender = threading.Timer(0.1, signal.pthread_kill, (threading.get_ident(), signal.SIGTERM))
        sender.start()
        start = time.monotonic()
        assert signals.within(30)
        assert time.monotonic() - start < 5
        sender.join()


@pytest.mark.parametrize("seconds", [0.01, 0, -5])
def test_without_a_signal_the_time_passes(seconds: float) -> None:
    """Nothing came; a time that is over is no wait."""
    with StopSignals() as signals:
        assert not signals.within(seconds)
    assert signals.caught is None


def test_afterwards_signals_are_as_they_were() -> None:
    """What was let through before is let through again."""
    with StopSignals():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
