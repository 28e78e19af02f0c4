"""Two rules that record the same series overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from gonogo.model.grouped import Group, rules_of
from gonogo.model.rule import RuleKind


def duplicates(metric: str, groups: Iterable[Group]) -> str | None:
    """Say which two rules record a metric under static labels that can coincide; ``None`` if no two do.

    They can unless some label has one value in the one and another in the other: a
    label that a rule does not set may come from its series.
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
