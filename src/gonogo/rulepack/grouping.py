"""Which rules are evaluated together.

Rules of one group are evaluated one after another at the same instant; groups run
side by side. So a gate's rules join the group that records what they read, and
never read a value that is one interval old; and rules that look back over a month
never hold up the heartbeat's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from gonogo.model.rule import Rule, RuleGroup

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def grouped(prefix: str, named: Iterable[tuple[str, tuple[Rule, ...]]], interval: timedelta) -> tuple[RuleGroup, ...]:
    """Group rules, given with the name each bundle would have as a group of its own."""
    groups: dict[str, list[Rule]] = {}
    for name, rules in named:
        read = {word for rule in rules for word in _WORD.findall(rule.expression)}
        home = next((g for g, members in groups.items() if read & {rule.name for rule in members}), name)
        if rules:
            groups.setdefault(home, []).extend(rules)
    return tuple(RuleGroup(f"{prefix}-{name}", tuple(rules), interval) for name, rules in groups.items())


def reads(rules: Iterable[Rule], others: Iterable[Rule]) -> bool:
    """Tell whether some of the rules read what the others record."""
    read = {word for rule in rules for word in _WORD.findall(rule.expression)}
    return not read.isdisjoint(rule.name for rule in others)
