"""Expressions that gonogo cannot read, compared in the server's own spelling.

The server shows its rules in a spelling of its own. Usually both sides are parsed and compared as trees. The syntax
of a newer server may be unknown here. Then the server itself writes both sides in one form. Where it cannot, the
texts are compared as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleKind
from gonogo.promql.canonical import canonical

Placed = tuple[str, RuleKind, str]
"""The group, the kind and the name of a rule."""


@dataclass(frozen=True, slots=True)
class ServerSpelling:
    """Asks the server once for the spelling of each expression.

    Attributes:
        ask: returns the server's spelling of an expression; None if there is none.
        unread: the rules of files whose expressions cannot be read here.
        known: the answers so far.
    """

    ask: Callable[[str], str | None]
    unread: set[Placed] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)

    def of_files(self, groups: Iterable[RuleGroup]) -> tuple[RuleGroup, ...]:
        """Return the groups of files with each expression that cannot be read in the server's spelling."""
        groups = tuple(groups)
        self.unread.update(
            (group.name, rule.kind, rule.name)
            for group in groups
            for rule in group.rules
            if canonical(rule.expression) is None
        )
        return tuple(
            replace(group, rules=tuple(self._rule(group.name, rule) for rule in group.rules)) for group in groups
        )

    def of_server(self, groups: tuple[LoadedGroup, ...]) -> tuple[LoadedGroup, ...]:
        """Return the groups of the server, spelled like the rules of the files that cannot be read."""
        if not self.unread:
            return groups
        return tuple(
            replace(
                group,
                rules=tuple(replace(state, rule=self._rule(group.name, state.rule)) for state in group.rules),
            )
            for group in groups
        )

    def _rule(self, group: str, rule: Rule) -> Rule:
        if (group, rule.kind, rule.name) not in self.unread:
            return rule
        text = rule.expression
        if text not in self.known:
            self.known[text] = self.ask(text) or text
        return replace(rule, expression=self.known[text])
