"""An assertion of "nothing" passes for every threshold if its alert or expression has no data at that time.

The input is missing, or has other labels than the rules ask for, or begins only later. The usual reason is a misspelt
name in ``input_series``. A test that nothing fires without data is useful, beside one that sees the same alert, or the
same series, with data. So a finding needs a file without such an assertion. Expressions that give a result for an empty
input, such as ``absent(x)``, are left alone.
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
    """Yield the assertions of "nothing" about an alert or an expression that never has data."""
    for one in quiet(loaded):
        possible = PossibleSeries(loaded, one.test)
        if one.had_data(possible, one.at) or seen_with_data(loaded, one):
            continue
        if not one.rules and emptying(one.about, unknown(loaded)):
            continue
        lacking, kind = " and ".join(possible.lacking), "alert" if one.rules else "expression"
        why = (
            f"{one.text}, but there is not enough data of {lacking} by then, and no other assertion about this {kind} "
            "has data: this assertion cannot fail"
        )
        yield Problem(one.where, why, "feed the series in, or fix a name, a label or the eval_time")


SILENT_PASS = SilentPass("never-fed", find)
