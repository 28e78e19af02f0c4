"""Identical rules: when one of them changes, the other is easily forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gonogo.model.rule import Rule
from gonogo.promql.canonical import canonical
from gonogo.ruletests.core.rule_text import RuleId, RuleText


def twins(loaded_together: Iterable[Sequence[RuleText]]) -> tuple[tuple[RuleText, ...], ...]:
    """Find the sets of identical rules, each in the order in which they are loaded.

    Args:
        loaded_together: for each test file, the rules that it loads. Rules that no test loads together are not twins,
            because they may belong to different servers.
    """
    found: dict[frozenset[RuleId], tuple[RuleText, ...]] = {}
    for rules in loaded_together:
        alike: dict[tuple[object, ...], list[RuleText]] = {}
        for rule in rules:
            alike.setdefault(_meaning(rule.rule), []).append(rule)
        for same in alike.values():
            if len(same) > 1:
                found.setdefault(frozenset(rule.id for rule in same), tuple(same))
    return tuple(found.values())


def _meaning(rule: Rule) -> tuple[object, ...]:
    expression = canonical(rule.expression) or rule.expression
    clauses = (tuple(sorted(rule.labels.items())), tuple(sorted(rule.annotations.items())))
    return (rule.kind, rule.name, expression, rule.held, rule.keep_firing, *clauses)
