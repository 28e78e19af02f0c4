"""Finds two rules that record the same series and so overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from gonogo.model.rule import Group, RuleKind, rules_of


def duplicates(metric: str, groups: Iterable[Group]) -> str | None:
    """Return a sentence about two rules that record a metric under labels that can coincide, or ``None``.

    The labels can coincide unless a label has different values in the two rules. A label that
    a rule does not set may come from the rule's series.
    """
    recording = [
        (group, rule)
        for group in groups
        for rule in rules_of(group)
        if rule.name == metric and rule.kind is RuleKind.RECORD
    ]
    for (first, one), (second, other) in combinations(recording, 2):
        if _can_coincide(one.labels, other.labels):
            return (
                f"{metric} is recorded twice under labels that can coincide, by {_place(first)} and by {_place(second)}"
            )
    return None


def _can_coincide(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())


def _place(group: Group) -> str:
    return f"group {group.name}" + (f" of {group.file}" if group.file else "")
