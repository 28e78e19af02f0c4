"""Rules and groups for tests, written in a few words."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState

MINUTE = timedelta(minutes=1)


def record(name: str, expression: str, **labels: str) -> Rule:
    """Make a recording rule."""
    return Rule(RuleKind.RECORD, name, expression, labels)


def alert(name: str, expression: str, **labels: str) -> Rule:
    """Make an alert."""
    return Rule(RuleKind.ALERT, name, expression, labels)


def of_file(*rules: Rule, name: str = "g", interval: timedelta | None = None) -> RuleGroup:
    """Make a group as a rule file has it."""
    return RuleGroup(name, rules, interval, "rules.yml")


def of_server(*rules: Rule, name: str = "g", interval: timedelta = MINUTE) -> LoadedGroup:
    """Make a group as a server has loaded it."""
    return LoadedGroup(name, interval, tuple(RuleState(rule, RuleHealth.OK) for rule in rules))
