"""Reads the rules of a group in one way, for groups of files and for groups of servers."""

from __future__ import annotations

from gonogo.model.rule import LoadedGroup, Rule, RuleGroup

Group = RuleGroup | LoadedGroup


def rules_of(group: Group) -> tuple[Rule, ...]:
    """Return the rules of a group, in order of evaluation."""
    if isinstance(group, LoadedGroup):
        return tuple(state.rule for state in group.rules)
    return group.rules
