"""Expressions that gonogo cannot read. They get no mutants, and every measure reports them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gonogo.promql.parser import unreadable
from gonogo.ruletests.core.rule_text import RuleText
from gonogo.ruletests.core.tested_rule import TestedRule


@dataclass(frozen=True, slots=True)
class UnreadExpression:
    """A rule with an expression that cannot be read, and the reason."""

    rule: TestedRule
    why: str


def unread_expressions(rules: Iterable[RuleText]) -> tuple[UnreadExpression, ...]:
    """List the rules with expressions that cannot be read."""
    found = ((rule.tested, unreadable(rule.rule.expression)) for rule in rules)
    return tuple(UnreadExpression(rule, why) for rule, why in found if why)


def unread_line(unread: Sequence[UnreadExpression], rules: int) -> str:
    """Write how many of some rules have expressions that cannot be read, and the reason of the first."""
    first = unread[0]
    return f"{len(unread)} of {rules} expressions cannot be read here: {first.rule.kind} {first.rule.name}: {first.why}"
