"""Silent passes by a name that does not fit: of an alert, of a metric, or of an input series."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from gonogo.errors import Problem
from gonogo.promql.selectors import Selector, selectors
from gonogo.promql.tree import NAME_LABEL
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import PossibleSeries
from gonogo.ruletests.core.quiet import Quiet, quiet
from gonogo.ruletests.core.report import Finder
from gonogo.ruletests.core.unknown import emptying, unknown


def unknown_alert(loaded: Loaded) -> Iterator[Problem]:
    """An assertion of "no alert" passes for ever if the alert's name is misspelt, because no rule raises that alert."""
    for test in loaded.unit.tests:
        for one in test.alerts:
            if not one.expected and one.alertname and one.alertname not in loaded.alerts:
                why = f"no alert is expected of {one.alertname!r}, and no rule has that name"
                yield Problem(one.where, why, _nearest(one.alertname, loaded.alerts) or "fix the name")


def unknown_metric(loaded: Loaded) -> Iterator[Problem]:
    """An assertion of "no samples" passes if no rule records the metric of its expression and no test feeds it in.

    A finding needs an expression that is certainly empty because of that: ``absent(x)`` and the branches of ``or`` may
    be intended. A series of ``ALERTS`` is unknown if no rule raises its alert.
    """
    is_unknown = unknown(loaded)
    for test in loaded.unit.tests:
        for one in test.expressions:
            if not one.expected and (missing := emptying(one.expression, is_unknown)):
                names = ", ".join(missing)
                why = f"no samples are expected, but no rule records {names}, and no test of the file feeds it in"
                yield Problem(one.where, why, "fix the name")


def unread_input(loaded: Loaded) -> Iterator[Problem]:
    """An input series whose name no rule and no assertion of the file reads has no effect: the name may be misspelt.

    A finding needs a test that also expects "nothing" of an alert or an expression without data: the series was perhaps
    meant to be its input. Elsewhere a needless series does no harm.
    """
    read = _read(loaded)
    known = [one.metric for one in read if one.metric is not None]
    for one in _first_without_data(loaded) if read else ():
        for series, labels in zip(one.test.series, loaded.labels_of(one.test), strict=True):
            name = (labels or {}).get(NAME_LABEL, "")
            if name and not any(selector.may_match({NAME_LABEL: name}) for selector in read):
                why = f"no rule and no assertion of the file reads {name}, while an assertion has no data: {one.text}"
                yield Problem(series.where, why, _nearest(name, known) or "fix its name, or remove it")


def _nearest(name: str, known: Collection[str]) -> str:
    """Ask if the user meant the known name that is most like this one; empty if none is like it."""
    near = get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else ""


def _first_without_data(loaded: Loaded) -> Iterator[Quiet]:
    """Yield, for each test, the first assertion of "nothing" without data by then."""
    found: dict[object, Quiet] = {}
    for one in quiet(loaded):
        if one.test.series and one.test.loc not in found and not one.had_data(PossibleSeries(loaded, one.test), one.at):
            found[one.test.loc] = one
    yield from found.values()


def _read(loaded: Loaded) -> frozenset[Selector]:
    """Return all selectors of the rules and of the assertions; empty if some are unknown."""
    if any(one.problem or not one.sources for one in loaded.entries):
        return frozenset()
    texts = [rule.expression for rule in loaded.rules]
    texts += [one.expression for test in loaded.unit.tests for one in test.expressions]
    try:
        return frozenset(selector for text in texts for selector in selectors(text))
    except ValueError:
        return frozenset()


SILENT_PASSES: Mapping[str, Finder] = {
    "unknown-alert": unknown_alert,
    "unknown-metric": unknown_metric,
    "unread-input": unread_input,
}
