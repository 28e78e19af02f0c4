"""Groups of rules: rules of one group are evaluated together.

Prometheus evaluates the rules of one group one after another at the same instant, and groups side by side. So a gate's
rules join the group that records their inputs, and never read a value that is one interval old. Rules that look back
over a month never delay the rules of the heartbeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from gonogo.model.rule import Rule, RuleGroup

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def grouped(prefix: str, named: Iterable[tuple[str, tuple[Rule, ...]]], interval: timedelta) -> tuple[RuleGroup, ...]:
    """Return the groups of rules. Each bundle has the name that its group would have if it stood alone."""
    groups: dict[str, list[Rule]] = {}
    for name, rules in named:
        read = {word for rule in rules for word in _WORD.findall(rule.expression)}
        home = next((g for g, members in groups.items() if read & {rule.name for rule in members}), name)
        if rules:
            groups.setdefault(home, []).extend(rules)
    return tuple(RuleGroup(f"{prefix}-{name}", tuple(rules), interval) for name, rules in groups.items())


def reads(rules: Iterable[Rule], others: Iterable[Rule]) -> bool:
    """Return True if some of the rules read the records of the others."""
    read = {word for rule in rules for word in _WORD.findall(rule.expression)}
    return not read.isdisjoint(rule.name for rule in others)
