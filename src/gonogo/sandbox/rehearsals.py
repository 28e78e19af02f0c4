"""Rehearsals as they were scripted: when each succeeded or failed, and how long it took."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate, cycle

from gonogo.sandbox.story import Story

DAY = 86_400.0

HORIZON = 366
"""For how many days after the end of the history rehearsals go on, as long as a sandbox may run."""


class Rehearsals:
    """The daily rehearsals of a story, counted up to any time.

    Times are seconds since the end of the history. A last rehearsal that is over a day
    old was the last: none follows it.
    """

    def __init__(self, story: Story) -> None:
        begin, newest = -story.length.total_seconds(), -story.rehearsal_age.total_seconds()
        past = int((newest - begin) // DAY) + 1 if newest >= begin else 0
        coming = HORIZON if newest > -DAY else 0
        minutes = cycle(story.rehearsal_minutes)
        taken = [next(minutes) for _ in range(past)][::-1] + [next(minutes) for _ in range(coming)]
        self._times = [newest + DAY * number for number in range(1 - past, 1 + coming)]
        self._seconds = [60 * each for each in taken]
        self._failures = sorted(-ago.total_seconds() for ago in story.failed_rehearsals if ago <= story.length)

    def last_success(self, second: float) -> float | None:
        """Give when the last one succeeded; ``None`` when none had."""
        number = bisect_right(self._times, second)
        return self._times[number - 1] if number else None

    def succeeded(self, second: float) -> int:
        """Count those that had succeeded."""
        return bisect_right(self._times, second)

    def failed(self, second: float) -> int:
        """Count those that had failed."""
        return bisect_right(self._failures, second)

    def spent(self, second: float) -> float:
        """Add up the seconds that the successful ones had taken."""
        return sum(self._seconds[: self.succeeded(second)])

    def within(self, bound: float) -> Callable[[float], int]:
        """Count those that had succeeded and taken at most ``bound`` seconds, as a histogram's bucket does."""
        counts = [0, *accumulate(int(seconds <= bound) for seconds in self._seconds)]
        return lambda second: counts[self.succeeded(second)]
