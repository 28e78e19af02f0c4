"""Expressions that gonogo cannot read: no change of them is tried, and every measure says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gonogo.promql.parser import unreadable
from gonogo.ruletests.core.rule_text import RuleText
from gonogo.ruletests.core.tested_rule import TestedRule


@dataclass(frozen=True, slots=True)
class UnreadExpression:
    """A rule whose expression cannot be read, and why."""

    rule: TestedRule
    why: str


def unread_expressions(rules: Iterable[RuleText]) -> tuple[UnreadExpression, ...]:
    """List the rules whose expressions cannot be read."""
    found = ((rule.tested, unreadable(rule.rule.expression)) for rule in rules)
    return tuple(UnreadExpression(rule, why) for rule, why in found if why)


def unread_line(unread: Sequence[UnreadExpression], rules: int) -> str:
    """Say how many of some rules have expressions that cannot be read, and why the first cannot."""
    first = unread[0]
    return f"{len(unread)} of {rules} expressions cannot be read here: {first.rule.kind} {first.rule.name}: {first.why}"
