"""The scripted rehearsals: the time at which each succeeded or failed, and its duration."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate, cycle

from gonogo.sandbox.story import Story

DAY = 86_400.0

HORIZON = 366
"""The number of days after the end of the history with rehearsals. A sandbox may run that long."""


class Rehearsals:
    """The daily rehearsals of a story, with counts up to any time.

    Times are seconds since the end of the history. If the last rehearsal in the history is over a day
    old, no rehearsal follows it.
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
        """Return the time of the last success up to ``second``, or ``None`` if there was none."""
        number = bisect_right(self._times, second)
        return self._times[number - 1] if number else None

    def succeeded(self, second: float) -> int:
        """Return the number of successes up to ``second``."""
        return bisect_right(self._times, second)

    def failed(self, second: float) -> int:
        """Return the number of failures up to ``second``."""
        return bisect_right(self._failures, second)

    def spent(self, second: float) -> float:
        """Return the total duration in seconds of the successes up to ``second``."""
        return sum(self._seconds[: self.succeeded(second)])

    def within(self, bound: float) -> Callable[[float], int]:
        """Return a function that counts the successes of at most ``bound`` seconds, as a histogram's bucket does."""
        counts = [0, *accumulate(int(seconds <= bound) for seconds in self._seconds)]
        return lambda second: counts[self.succeeded(second)]
