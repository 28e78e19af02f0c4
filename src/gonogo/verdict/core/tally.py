"""Sums over the samples of one series, as ``mean`` and ``rises`` need them.

A sample stands until the next, at most two intervals; the rest is unknown time.
Source: docs/dryrun.md, "The certificate".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite

from gonogo.verdict.core.step import Recent
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS


@dataclass(frozen=True, slots=True)
class Tally:
    """What the samples of one series came to so far.

    Attributes:
        since: the server's unix time from which samples count.
        cursor: the time of the newest sample looked at, doubted ones included.
        standing: time, value and longest stand of the last sample that counted.
        known: seconds of known time before ``standing``.
        first: the value that counted first: the mean is built from differences to it,
            so that a constant has exactly itself for its mean.
        excess: the sum of (value - first) x seconds over the known time.
        lowest: for each ``rises`` bound, the lowest value since the last rise.
        rises: for each ``rises`` bound, how often it was climbed.
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
        """Give the time-weighted mean up to ``until`` (server's unix seconds); ``None`` without known time."""
        known, excess = self.known_until(until)
        return self.first + excess / known if known > 0 else None

    def climbed(self, place: int) -> int | None:
        """Give how often the bound at ``place`` was climbed; ``None`` without any sample."""
        return self.rises[place] if self.standing is not None else None

    def known_until(self, until: float) -> tuple[float, float]:
        """Give ``known`` and ``excess`` with what the standing sample adds up to ``until``."""
        if self.standing is None:
            return self.known, self.excess
        time, value, longest = self.standing
        seconds = max(0.0, min(until, time + longest) - max(time, self.since))
        return self.known + seconds, self.excess + (value - self.first) * seconds


def begin(since: float) -> Tally:
    """Start where a watch starts, in the server's unix seconds."""
    return Tally(since, cursor=-inf)


def add(tally: Tally, recent: Recent, bounds: tuple[float, ...]) -> Tally:
    """Count the samples that are new; ``bounds`` are those of ``rises``, the same at every call."""
    new = [place for place, time in enumerate(recent.times) if time > tally.cursor]
    if not new:
        return tally
    if recent.doubted:
        return replace(tally, cursor=recent.times[-1])
    for place in new:
        following = recent.times[place + 1] if place + 1 < len(recent.times) else inf
        if min(following, recent.times[place] + KNOWN_INTERVALS * recent.interval) <= tally.since:
            continue  # no longer stood when the watch began
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
