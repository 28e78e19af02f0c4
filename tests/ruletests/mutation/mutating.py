"""Short ways to the mutants of one expression."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.rule import Rule, RuleKind
from gonogo.ruletests.mutation.catalogue import mutations


def alert(expression: str, *, held: timedelta = timedelta(0), **annotations: str) -> Rule:
    """Make an alert named ``A``."""
    return Rule(RuleKind.ALERT, "A", expression, annotations=annotations, held=held)


def record(expression: str, **labels: str) -> Rule:
    """Make a recording rule named ``r``."""
    return Rule(RuleKind.RECORD, "r", expression, labels)


def mutants(rule: Rule, operator: str) -> list[str]:
    """List the expressions of the mutants that one operator makes of a rule."""
    return [one.rule.expression for one in mutations(rule) if one.operator == operator]
