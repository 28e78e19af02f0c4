"""Computes the effect of ``for`` on a signal that is computed over a rolling window.

A tick is one evaluation. One bad tick keeps a windowed signal bad for as long as the window.
So a ``for`` that is not longer than the window filters out no false alarm.

Source: renewal clusters, Feller, *An Introduction to Probability Theory and Its
Applications*, volume 1, XIII.
"""

from __future__ import annotations

import math


def sustained_false_alarm(ticks: int, *, window: int, held: int, bad: float) -> float:
    """Return the probability that a windowed signal is bad for ``held`` ticks in a row.

    Args:
        ticks: the number of ticks that are watched.
        window: the number of ticks in the window. The signal is bad while any tick in the window is bad.
        held: the number of ticks for which the signal must be bad.
        bad: the probability that a tick is bad, independent of the other ticks.
    """
    if held <= window:
        return -math.expm1(ticks * math.log1p(-bad))
    clusters = ticks * bad * (1 - bad) ** window
    return -math.expm1(-clusters * _lasts(window, held, bad))


def _lasts(window: int, held: int, bad: float) -> float:
    """Return the probability that a cluster of bad ticks keeps the signal bad for ``held`` ticks.

    A cluster continues while the next bad tick comes within the window:
    h(j) = Σ over d ≤ window of bad · (1 - bad)^(d-1) · h(j - d), and 1 up to the window.
    """
    good = 1 - bad
    lasts = [1.0] * (window + 1)
    weighted = sum(good**d for d in range(window))
    for place in range(window + 1, held + 1):
        lasts.append(bad * weighted)
        weighted = max(0.0, lasts[place] + good * weighted - good**window * lasts[place - window])
    return lasts[held]
