"""The label sets that the series of a result can have: one for each possible series, or any."""

from __future__ import annotations

from collections.abc import Iterable

from gonogo.model.rule import Rule
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import NAME_LABEL, Labels

LabelSet = frozenset[tuple[str, str]]
LabelSets = frozenset[LabelSet] | None
"""The labels of every possible series; ``None`` if they are unknown, so that any series is possible."""

ANYTHING: LabelSets = None
NOTHING: LabelSets = frozenset()

_NAME = frozenset({NAME_LABEL})


def union(parts: Iterable[LabelSets]) -> LabelSets:
    """Return the union of the parts."""
    found: set[LabelSet] = set()
    for part in parts:
        if part is None:
            return ANYTHING
        found |= part
    return frozenset(found)


def nameless(sets: LabelSets) -> LabelSets:
    """Remove the metric name, as every calculation does."""
    return _without(sets, _NAME)


def grouped(sets: LabelSets, grouping: Labels | None) -> LabelSets:
    """Return the labels of the groups of an aggregation."""
    if grouping is not None and grouping.word == "without":
        return _without(sets, frozenset(grouping.names) | _NAME)
    names = frozenset(grouping.names if grouping is not None else ())
    return None if sets is None else frozenset(frozenset(one for one in labels if one[0] in names) for labels in sets)


def selected(sets: LabelSets, selector: Selector) -> LabelSets:
    """Return the series that a selector finds."""
    return None if sets is None else frozenset(labels for labels in sets if selector.matches(dict(labels)))


def of_record(sets: LabelSets, rule: Rule) -> LabelSets:
    """Return the series that a recording rule makes from these."""
    return _relabelled(sets, {**rule.labels, NAME_LABEL: rule.name})


def of_alert(sets: LabelSets, rule: Rule) -> LabelSets:
    """Return the series of ``ALERTS`` and ``ALERTS_FOR_STATE`` that an alert makes from these."""
    if sets and any("{{" in value for value in rule.labels.values()):
        return ANYTHING
    named = {**rule.labels, "alertname": rule.name}
    firing, pending = ({**named, NAME_LABEL: "ALERTS", "alertstate": state} for state in ("firing", "pending"))
    return union(_relabelled(sets, new) for new in (firing, pending, {**named, NAME_LABEL: "ALERTS_FOR_STATE"}))


def _without(sets: LabelSets, names: frozenset[str]) -> LabelSets:
    return (
        None if sets is None else frozenset(frozenset(one for one in labels if one[0] not in names) for labels in sets)
    )


def _relabelled(sets: LabelSets, new: dict[str, str]) -> LabelSets:
    kept = _without(sets, frozenset(new))
    given = frozenset((name, value) for name, value in new.items() if value)
    return None if kept is None else frozenset(labels | given for labels in kept)
