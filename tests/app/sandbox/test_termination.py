"""SIGTERM ends a block as an interrupt would, once."""

from __future__ import annotations

import os
import signal
from threading import Event, Thread

import pytest

from gonogo.app.sandbox.termination import Terminated, unwound_by, unwound_by_sigterm


def test_sigterm_unwinds_and_a_second_does_not_disturb() -> None:
    """What stops the servers is not stopped itself."""
    stopped: list[bool] = []
    with pytest.raises(Terminated):
        unwind(stopped)
    assert stopped == [True]


def unwind(stopped: list[bool]) -> None:
    """Send this process SIGTERM, and again while it cleans up."""
    with unwound_by_sigterm():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            Event().wait(10)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            stopped.append(True)


def test_the_handler_from_before_is_put_back() -> None:
    """Nobody else's signals are touched afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    with unwound_by_sigterm():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    """Python could not set a handler there."""
    seen = []

    def enter() -> None:
        with unwound_by_sigterm():
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_lost_terminal_unwinds_and_what_follows_it_does_not_disturb() -> None:
    """A session that ends sends SIGHUP, and SIGTERM after it; below nohup it is nobody's business."""
    stopped: list[bool] = []
    with pytest.raises(Terminated):
        lose_the_terminal(stopped)
    assert stopped == [True]
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with unwound_by(signal.SIGTERM, signal.SIGHUP):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def lose_the_terminal(stopped: list[bool]) -> None:
    """Send this process SIGHUP, and SIGTERM while it cleans up."""
    with unwound_by(signal.SIGTERM, signal.SIGHUP):
        try:
            os.kill(os.getpid(), signal.SIGHUP)
            Event().wait(10)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            stopped.append(True)
