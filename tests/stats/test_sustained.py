"""``for`` over a rolling window, against published values and simulation by exact chain."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.stats.sustained import sustained_false_alarm


@pytest.mark.parametrize(("held", "expected"), [(1, 1.0), (5, 1.0), (6, 0.50), (10, 0.15), (15, 0.0015)])
def test_published_values(held: int, expected: float) -> None:
    """A day of minutes, one in a hundred bad, a window of five."""
    found = sustained_false_alarm(1440, window=5, held=held, bad=0.01)
    assert found == pytest.approx(expected, rel=0.1, abs=5e-4)


@given(st.integers(1, 3), st.integers(1, 8), st.floats(0.001, 0.02))
def test_close_to_every_history_counted(window: int, held: int, bad: float) -> None:
    """Clusters are rare, so that the count of them is the chance of one, up to the edges."""
    ticks = 12
    exact = 0.0
    for history in itertools.product((False, True), repeat=ticks):
        chance = 1.0
        for tick in history:
            chance *= bad if tick else 1 - bad
        shown = "".join("01"[any(history[max(0, at - window + 1) : at + 1])] for at in range(ticks + window))
        if "1" * held in shown:
            exact += chance
    found = sustained_false_alarm(ticks, window=window, held=held, bad=bad)
    assert found == pytest.approx(exact, rel=0.25, abs=2e-3)


@given(st.integers(1, 40), st.integers(1, 200), st.floats(0.0001, 0.2))
def test_longer_for_never_cries_more(window: int, held: int, bad: float) -> None:
    """It is a probability, and falls with ``for`` beyond the window."""
    chance = sustained_false_alarm(2880, window=window, held=held + window, bad=bad)
    assert 0 <= chance <= 1
    assert sustained_false_alarm(2880, window=window, held=held + window + 1, bad=bad) <= chance + 1e-12
