"""Compares expressions that gonogo cannot parse in the server's own spelling.

The server shows its rules in its own spelling. Usually gonogo parses both sides and compares trees. If the syntax of a
newer server is unknown to gonogo, the server formats both sides. If the server cannot do that, the texts are compared
unchanged.
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
    """The server's spelling of expressions. The server is asked once for each expression.

    Attributes:
        ask: returns the server's spelling of an expression; None if there is none.
        unread: the rules of files whose expressions gonogo cannot parse.
        known: the answers so far.
    """

    ask: Callable[[str], str | None]
    unread: set[Placed] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)

    def of_files(self, groups: Iterable[RuleGroup]) -> tuple[RuleGroup, ...]:
        """Return the groups of files, with the server's spelling for each expression that gonogo cannot parse."""
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
        """Return the groups of the server, with the same spelling for the rules that gonogo cannot parse."""
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
