"""Without ``interval``, promtool before 2.49 puts every sample at time 0 and keeps only the first of each series.

An assertion of "nothing" then passes for all later values. promtool 2.49 and later use the evaluation interval and
lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.model.versions import TEST_INTERVAL
from gonogo.ruletests.core.input_values import input_values
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the tests that feed several samples in without an interval and expect "nothing" at some time."""
    if loaded.promtool is not None and loaded.promtool >= TEST_INTERVAL:
        return
    for test in loaded.unit.tests:
        quiet = not all(one.expected for one in test.alerts) or not all(one.expected for one in test.expressions)
        if not test.interval and quiet and any(input_values(one.values).last > 0 for one in test.series):
            why = "the test has no interval, so promtool loses all samples of each series except the first"
            yield Problem(test.where, why, "write 'interval: 1m', or the real distance of the samples")


SILENT_PASS = SilentPass("no-interval", find)
