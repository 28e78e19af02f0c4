"""An assertion after the last evaluation misses the samples in between, because promtool never loads them.

Rules are evaluated at 0 and then every ``evaluation_interval`` up to the test's last ``eval_time``. Samples are loaded
up to the last of these steps, and alerts are compared as they were at the step before. If the interval is longer than
``eval_time`` or does not divide it, an assertion of "nothing" passes for all values of those samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.errors import Position, Problem
from gonogo.formats.test_file import UnitTest
from gonogo.ruletests.core.input_values import input_values
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the assertions of "nothing" with lost samples between the assertion and the last evaluation before it."""
    step = loaded.unit.evaluation_interval
    for test in loaded.unit.tests:
        loaded_to = test.last // step * step
        for where, at in _of_nothing(test, loaded_to, step):
            seen = min(at // step * step, loaded_to)
            if _lost(test, seen, at):
                why = (
                    f"nothing is expected at {format_duration(at)}, but the last evaluation is at "
                    f"{format_duration(seen)}, and promtool does not load the samples after it"
                )
                yield Problem(where, why, f"take an eval_time that is a multiple of {format_duration(step)}")


def _of_nothing(test: UnitTest, loaded_to: timedelta, step: timedelta) -> Iterator[tuple[Position, timedelta]]:
    yield from ((one.where, one.at) for one in test.alerts if not one.expected and one.at % step)
    yield from ((one.where, one.at) for one in test.expressions if not one.expected and one.at > loaded_to)


def _lost(test: UnitTest, seen: timedelta, at: timedelta) -> bool:
    """Return True if a sample is fed in after ``seen`` and not after ``at``."""
    if not test.interval:
        return False  # all samples are at time 0, or, with promtool 2.49 and later, at evaluations
    first, last = seen // test.interval + 1, at // test.interval
    return any(input_values(one.values).any_between(first, last) for one in test.series)


SILENT_PASS = SilentPass("beyond-last-step", find)
