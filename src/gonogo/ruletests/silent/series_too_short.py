"""Input that ended long before ``eval_time`` has gone stale: nothing fires, because there is nothing.

Samples count for five minutes, or as far as a range looks back. An assertion of nothing passes after that whatever
the values were. Reported only where the result is empty for certain because of it, and not where the values are
written to end: with ``stale`` or a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import PossibleSeries
from gonogo.ruletests.core.quiet import quiet
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """List the assertions of nothing that hold only because the input has ended."""
    for one in quiet(loaded):
        possible = PossibleSeries(loaded, one.test)
        if one.has_data(possible) or not one.had_data(PossibleSeries(loaded, one.test), one.at):
            continue
        why = f"nothing is expected at {format_duration(one.at)}, but what it depends on {_state(possible.ended)}"
        yield Problem(one.where, why, "feed values in up to eval_time")


def _state(ended: int) -> str:
    if ended < 0:
        return "has too few samples around then"
    return f"ended at {format_duration(timedelta(milliseconds=ended))} and has gone stale"


SILENT_PASS = SilentPass("series-too-short", find)
