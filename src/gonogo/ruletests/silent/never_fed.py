"""An assertion of nothing about what has no data at its time passes, whatever the rules' thresholds are.

The input is not there, or has other labels than the rules ask for, or begins only later: a misspelt name in
``input_series`` is the usual reason. That nothing fires without data is well worth a test, beside one that
sees the same alert, or the same series, with data; so it is reported only where no assertion of the file does.
What gives something for nothing, such as ``absent(x)``, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import PossibleSeries
from gonogo.ruletests.core.quiet import quiet, seen_with_data
from gonogo.ruletests.core.unknown import emptying, unknown
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """List the assertions of nothing about what never has data."""
    for one in quiet(loaded):
        possible = PossibleSeries(loaded, one.test)
        if one.had_data(possible, one.at) or seen_with_data(loaded, one):
            continue
        if not one.rules and emptying(one.about, unknown(loaded)):
            continue
        lacking = " and ".join(possible.lacking)
        why = (
            f"{one.told}, but there is not enough data of {lacking} by then, and no assertion of the file sees it "
            "with data: it cannot fail"
        )
        yield Problem(one.where, why, "feed it in, or mend a name, a label or the eval_time")


SILENT_PASS = SilentPass("never-fed", find)
