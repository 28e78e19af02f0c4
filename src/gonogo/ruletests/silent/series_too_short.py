"""Input that ended long before ``eval_time`` is stale then, so no alert can fire.

A sample counts for five minutes, or as far as a range looks back. After that an assertion of "nothing" passes for all
values. A finding needs a result that is certainly empty because of the end of the input, and an end that the author
did not write (with ``stale`` or a gap).
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
    """Yield the assertions of "nothing" that hold only because the input has ended."""
    for one in quiet(loaded):
        possible = PossibleSeries(loaded, one.test)
        if one.has_data(possible) or not one.had_data(PossibleSeries(loaded, one.test), one.at):
            continue
        why = f"nothing is expected at {format_duration(one.at)}, but the assertion's input {_state(possible.ended)}"
        yield Problem(one.where, why, "feed values in up to eval_time")


def _state(ended: int) -> str:
    if ended < 0:
        return "has too few samples around then"
    return f"ended at {format_duration(timedelta(milliseconds=ended))} and is stale by then"


SILENT_PASS = SilentPass("series-too-short", find)
