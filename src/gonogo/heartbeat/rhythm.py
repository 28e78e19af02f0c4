"""Beats at a steady interval, until told to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from gonogo.errors import GonogoError
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.beat import Beat


def beats(
    writer: HeartbeatWriter,
    every: timedelta,
    stop_within: Callable[[float], bool],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Beat | GonogoError]:
    """Beat at once and then at every whole interval after that; give each beat or what kept it from being.

    The schedule never drifts: its times are counted from the first beat, on a clock
    that nobody sets. A beat that takes longer than an interval costs the beats it
    overlaps; they are not made up for.

    Args:
        writer: what beats.
        every: the interval, above 0.
        stop_within: waits so many seconds, or less when it is time to stop, and says whether it is.
        clock: seconds that only grow.
    """
    interval = every.total_seconds()
    start = clock()
    while True:
        try:
            yield writer.beat()
        except GonogoError as error:
            yield error
        elapsed = clock() - start
        due = (math.floor(elapsed / interval) + 1) * interval
        if stop_within(due - elapsed):
            return
