"""An input series whose name no rule and no assertion of the file reads has no effect: the name may be misspelt.

A finding needs a test that also expects "nothing" of an alert or an expression without data: the series was perhaps
meant to be its input. Elsewhere a needless series does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from gonogo.errors import Problem
from gonogo.formats.test_file import InputSeries
from gonogo.promql.selectors import Selector, selectors
from gonogo.promql.tree import NAME_LABEL
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import PossibleSeries
from gonogo.ruletests.core.quiet import Quiet, quiet
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the input series that nothing reads, in tests that expect "nothing" of something without data."""
    read = _read(loaded)
    names = [one.metric for one in read if one.metric is not None]
    for one in _first_without_data(loaded) if read else ():
        for series, name in _unread(loaded, one, read):
            near = get_close_matches(name, names, 1)
            why = f"no rule and no assertion of the file reads {name}, while an assertion has no data: {one.text}"
            yield Problem(series.where, why, f"did you mean {near[0]}?" if near else "fix its name, or remove it")


def _first_without_data(loaded: Loaded) -> Iterator[Quiet]:
    """Yield, for each test, the first assertion of "nothing" without data by then."""
    found: dict[object, Quiet] = {}
    for one in quiet(loaded):
        if one.test.series and one.test.loc not in found and not one.had_data(PossibleSeries(loaded, one.test), one.at):
            found[one.test.loc] = one
    yield from found.values()


def _unread(loaded: Loaded, one: Quiet, read: frozenset[Selector]) -> Iterator[tuple[InputSeries, str]]:
    for series, labels in zip(one.test.series, loaded.labels_of(one.test), strict=True):
        name = (labels or {}).get(NAME_LABEL, "")
        if name and not any(selector.may_match({NAME_LABEL: name}) for selector in read):
            yield series, name


def _read(loaded: Loaded) -> frozenset[Selector]:
    """Return all selectors of the rules and of the assertions; empty if some are unknown."""
    if any(one.problem or not one.files for one in loaded.entries):
        return frozenset()
    texts = [rule.expression for rule in loaded.rules]
    texts += [one.expression for test in loaded.unit.tests for one in test.expressions]
    try:
        return frozenset(selector for text in texts for selector in selectors(text))
    except ValueError:
        return frozenset()


SILENT_PASS = SilentPass("unread-input", find)
