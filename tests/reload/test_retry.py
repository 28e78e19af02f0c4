"""The reloads that may be tried again, and the pauses."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.reload.asking import FIRST_PAUSE, MOST_RETRIES, Settled, Settlement, retry_pause
from gonogo.reload.trigger import Reply, Triggered

SAFE = {
    (Reply.UNREACHED, Settlement.NOT_HAPPENED),
    (Reply.NOT_READY, Settlement.NOT_HAPPENED),
}


def pause(reply: Reply, outcome: Settlement, retries: int = 0, dice: float = 0.5) -> timedelta | None:
    """Ask for the pause after an attempt."""
    return retry_pause(Triggered(reply, ""), Settled(outcome, ""), retries, dice)


@pytest.mark.parametrize(("reply", "outcome"), sorted(set(product(Reply, Settlement)) - SAFE))
def test_nothing_else_is_asked_again(reply: Reply, outcome: Settlement) -> None:
    """Least of all a server's own 500, or what may still come."""
    assert pause(reply, outcome) is None


@pytest.mark.parametrize(("reply", "outcome"), sorted(SAFE))
def test_what_did_not_happen_is_asked_again_three_times(reply: Reply, outcome: Settlement) -> None:
    """And not once more."""
    assert [pause(reply, outcome, retries) is not None for retries in range(5)] == [True] * MOST_RETRIES + [False] * 2


@given(st.integers(0, MOST_RETRIES - 1), st.floats(0, 1, exclude_max=True))
def test_pauses_double_and_are_spread(retries: int, dice: float) -> None:
    """Each lies in the upper half of twice the one before."""
    waited = pause(Reply.UNREACHED, Settlement.NOT_HAPPENED, retries, dice)
    longest = FIRST_PAUSE * 2**retries
    assert waited is not None
    assert longest / 2 <= waited <= longest
