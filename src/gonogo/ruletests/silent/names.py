"""Silent passes by a name that does not fit: of an alert, of a metric, or of an input series."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from functools import partial

from gonogo.errors import Problem
from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.parser import parse
from gonogo.promql.selectors import Selector, selectors
from gonogo.promql.tree import NAME_LABEL, Binary, Call, Expression, Vector, children, walk
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.possible_series import ALWAYS, PossibleSeries
from gonogo.ruletests.core.quiet import Quiet, quiet


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
    for test in loaded.unit.tests:
        for one in test.expressions:
            if not one.expected and (missing := unknown_metrics(loaded, one.expression)):
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
        for series, labels in zip(one.test.series, loaded.inputs[one.test.loc], strict=True):
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


def unknown_metrics(loaded: Loaded, expression: str) -> tuple[str, ...]:
    """Return the metrics that no rule makes and no test feeds in, if the expression is certainly empty without them."""
    try:
        tree = parse(expression)
    except ValueError:
        return ()
    if not certainly_empty(tree, partial(_is_unknown, loaded)):
        return ()
    vectors = (node for node in walk(tree) if isinstance(node, Vector))
    return tuple(dict.fromkeys(_shown(vector) for vector in vectors if _is_unknown(loaded, vector)))


def _is_unknown(loaded: Loaded, vector: Vector) -> bool:
    """Return True if a selector asks for a metric, or an alert, that the file does not have."""
    if loaded.fed is None or vector.metric is None or vector.metric in loaded.fed:
        return False
    if vector.metric in ALERT_METRICS:
        named = [m for m in vector.matchers if m.label == "alertname"]
        return not any(all(m.accepts(name) for m in named) for name in loaded.alerts)
    return vector.metric not in loaded.names


def _shown(vector: Vector) -> str:
    alert = next((m.value for m in vector.matchers if m.label == "alertname" and m.op == "="), None)
    return f"{vector.metric}{{alertname={alert!r}}}" if alert is not None else str(vector.metric)


def certainly_empty(root: Expression, missing: Callable[[Vector], bool]) -> bool:
    """Return True if an expression certainly gives nothing when the ``missing`` selectors find nothing."""
    parts = [certainly_empty(part, missing) for part in children(root)]
    match root:
        case Vector():
            return missing(root)
        case Binary(operator="or"):
            return all(parts)
        case Binary(operator="unless"):
            return parts[0]
        case Binary(fill=fill) if fill != (None, None):
            return False
        case Call(function=function) if function in ALWAYS:
            return False
        case _:
            return any(parts)


SILENT_PASSES = {
    "unknown-alert": unknown_alert,
    "unknown-metric": unknown_metric,
    "unread-input": unread_input,
}
