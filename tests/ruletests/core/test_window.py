"""The times at which parts of an expression are evaluated."""

from __future__ import annotations

import math
from datetime import timedelta

from gonogo.ruletests.core.window import Window


def test_windows_reach_back() -> None:
    """A range or a lookback extends the window to earlier times, or to the beginning."""
    at = Window.at(timedelta(seconds=90))
    assert at == Window(90_000, 90_000)
    assert at.from_before(timedelta(minutes=1)) == Window(30_000, 90_000)
    assert at.from_ever() == Window.ever_until(timedelta(seconds=90)) == Window(-math.inf, 90_000)


def test_places_of_samples() -> None:
    """Both ends are included, and no place is before time 0."""
    assert Window(30_000, 90_000).places(20_000, 99) == (2, 4)
    assert Window(-5.0, -5.0).places(20_000, 99) == (0, -1)
    assert Window(-math.inf, math.inf).places(20_000, 99) == (0, 99)
