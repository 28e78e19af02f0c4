"""Silent passes by missing data: an assertion of "nothing" that has no samples, or whose samples promtool loses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.errors import Position, Problem
from gonogo.formats.test_file import UnitTest
from gonogo.model.versions import TEST_INTERVAL
from gonogo.ruletests.core.input_values import input_values
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import PossibleSeries
from gonogo.ruletests.core.quiet import quiet, seen_with_data
from gonogo.ruletests.silent.names import unknown_metrics


def never_fed(loaded: Loaded) -> Iterator[Problem]:
    """An assertion of "nothing" passes for every threshold if its alert or expression has no data at that time.

    The input is missing, or has other labels than the rules ask for, or begins only later. The usual reason is a
    misspelt name in ``input_series``. A test that nothing fires without data is useful, beside one that sees the same
    alert, or the same series, with data. So a finding needs a file without such an assertion. Expressions that give a
    result for an empty input, such as ``absent(x)``, are left alone.
    """
    for one in quiet(loaded):
        possible = PossibleSeries(loaded, one.test)
        if one.had_data(possible, one.at) or seen_with_data(loaded, one):
            continue
        if not one.rules and unknown_metrics(loaded, one.about):
            continue
        lacking, kind = " and ".join(possible.lacking), "alert" if one.rules else "expression"
        why = (
            f"{one.text}, but there is not enough data of {lacking} by then, and no other assertion about this {kind} "
            "has data: this assertion cannot fail"
        )
        yield Problem(one.where, why, "feed the series in, or fix a name, a label or the eval_time")


def series_too_short(loaded: Loaded) -> Iterator[Problem]:
    """Input that ended long before ``eval_time`` is stale then, so no alert can fire.

    A sample counts for five minutes, or as far as a range looks back. After that an assertion of "nothing" passes for
    all values. A finding needs a result that is certainly empty because of the end of the input, and an end that the
    author did not write (with ``stale`` or a gap).
    """
    for one in quiet(loaded):
        possible = PossibleSeries(loaded, one.test)
        if one.has_data(possible) or not one.had_data(PossibleSeries(loaded, one.test), one.at):
            continue
        state = "has too few samples around then"
        if possible.ended >= 0:
            state = f"ended at {format_duration(timedelta(milliseconds=possible.ended))} and is stale by then"
        why = f"nothing is expected at {format_duration(one.at)}, but the assertion's input {state}"
        yield Problem(one.where, why, "feed values in up to eval_time")


def no_interval(loaded: Loaded) -> Iterator[Problem]:
    """Without ``interval``, promtool before 2.49 puts every sample at time 0 and keeps only the first of each series.

    An assertion of "nothing" then passes for all later values. promtool 2.49 and later use the evaluation interval and
    lose nothing.
    """
    if loaded.promtool is not None and loaded.promtool >= TEST_INTERVAL:
        return
    for test in loaded.unit.tests:
        expecting = all(one.expected for one in test.assertions)
        if not test.interval and not expecting and any(input_values(one.values).last > 0 for one in test.series):
            why = "the test has no interval, so promtool loses all samples of each series except the first"
            yield Problem(test.where, why, "write 'interval: 1m', or the real distance of the samples")


def beyond_last_step(loaded: Loaded) -> Iterator[Problem]:
    """An assertion after the last evaluation misses the samples in between, because promtool never loads them.

    Rules are evaluated at 0 and then every ``evaluation_interval`` up to the test's last ``eval_time``. Samples are
    loaded up to the last of these steps, and alerts are compared as they were at the step before. If the interval is
    longer than ``eval_time`` or does not divide it, an assertion of "nothing" passes for all values of those samples.
    """
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
    return any(input_values(one.values).enough_between(first, last) for one in test.series)


SILENT_PASSES = {
    "never-fed": never_fed,
    "series-too-short": series_too_short,
    "no-interval": no_interval,
    "beyond-last-step": beyond_last_step,
}
