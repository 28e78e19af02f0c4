"""Sums over the samples of one series, for ``mean`` and ``rises``.

A sample counts until the next sample, for two intervals at most. The rest is unknown time.
Source: docs/dryrun.md, "The certificate".
"""

from __future__ import annotations

from math import inf, isfinite

from msgspec import Struct

from gonogo.model.replacing import replace
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS
from gonogo.verdict.core.watch import Recent


class Tally(Struct, frozen=True):
    """The sums over the samples of one series so far.

    Attributes:
        since: the server's unix time from which samples count.
        cursor: the time of the newest sample that was read, also if it was doubted.
        standing: the last sample that counted: its time, its value, and the longest time for which it counts.
        known: seconds of known time before ``standing``.
        first: the first value that counted. The mean is built from the differences to it,
            so that the mean of a constant is exactly the constant.
        excess: the sum of (value - first) x seconds over the known time.
        lowest: for each ``rises`` bound, the lowest value since the last rise.
        rises: for each ``rises`` bound, the number of rises.
    """

    since: float
    cursor: float
    standing: tuple[float, float, float] | None = None
    known: float = 0.0
    first: float = 0.0
    excess: float = 0.0
    lowest: tuple[float, ...] = ()
    rises: tuple[int, ...] = ()

    def mean(self, until: float) -> float | None:
        """Return the mean up to ``until``, in the server's unix seconds, or ``None`` without known time."""
        known, excess = self.known_until(until)
        return self.first + excess / known if known > 0 else None

    def climbed(self, place: int) -> int | None:
        """Return the number of rises over the bound at ``place``, or ``None`` without a sample."""
        return self.rises[place] if self.standing is not None else None

    def known_until(self, until: float) -> tuple[float, float]:
        """Return ``known`` and ``excess``, including the standing sample up to ``until``."""
        if self.standing is None:
            return self.known, self.excess
        time, value, longest = self.standing
        seconds = max(0.0, min(until, time + longest) - max(time, self.since))
        return self.known + seconds, self.excess + (value - self.first) * seconds


def begin(since: float) -> Tally:
    """Return an empty tally from ``since`` on: the start of the watch, in the server's unix seconds."""
    return Tally(since, cursor=-inf)


def add(tally: Tally, recent: Recent, bounds: tuple[float, ...]) -> Tally:
    """Return the tally with the new samples added. ``bounds`` are those of ``rises``, the same at every call."""
    new = [place for place, time in enumerate(recent.times) if time > tally.cursor]
    if not new:
        return tally
    if recent.doubted:
        return replace(tally, cursor=recent.times[-1])
    for place in new:
        following = recent.times[place + 1] if place + 1 < len(recent.times) else inf
        if min(following, recent.times[place] + KNOWN_INTERVALS * recent.interval) <= tally.since:
            continue  # it no longer counted when the watch began
        tally = _count(tally, recent.times[place], recent.values[place], recent.interval, bounds)
    return replace(tally, cursor=recent.times[-1])


def _count(tally: Tally, time: float, value: float, interval: float, bounds: tuple[float, ...]) -> Tally:
    if not isfinite(value):
        return tally
    standing = (time, value, KNOWN_INTERVALS * interval)
    if tally.standing is None:
        start = (value,) * len(bounds)
        return replace(tally, standing=standing, first=value, lowest=start, rises=(0,) * len(bounds))
    known, excess = tally.known_until(time)
    climbed = [value - low > bound for low, bound in zip(tally.lowest, bounds, strict=True)]
    return replace(
        tally,
        standing=standing,
        known=known,
        excess=excess,
        lowest=tuple(value if up else min(low, value) for low, up in zip(tally.lowest, climbed, strict=True)),
        rises=tuple(count + up for count, up in zip(tally.rises, climbed, strict=True)),
    )
