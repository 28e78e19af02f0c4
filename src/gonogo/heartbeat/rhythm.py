"""Beats at a steady interval until the caller stops it."""

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
    """Beat at once and then after every whole interval. Yield each beat, or the error that prevented it.

    The schedule never drifts: its times are counted from the first beat, on a clock
    that never jumps. If a beat takes longer than an interval, the beats that were due meanwhile are
    skipped.

    Args:
        writer: the heartbeat writer.
        every: the interval, above 0.
        stop_within: waits for the given seconds, or less if it is time to stop. Returns true to stop.
        clock: a clock in seconds that never goes back.
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
