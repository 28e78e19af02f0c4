"""The rules whose results each rule reads, found from the rules that a server has loaded.

A server may have tens of thousands of rules, so an expression is parsed only if its text can name the record of a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from gonogo.model.rule import LoadedGroup, Rule, RuleKind
from gonogo.promql.graph import ALERT_METRICS, RuleGraph

RuleId = tuple[str, str, int]
"""The file, the group and the number of a rule in its group."""

_WORD = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_WITHOUT_METRIC = re.compile(r"(?<![A-Za-z0-9_:])\{")
"""A selector that may have no metric name before its braces, and may find any series."""


@dataclass(frozen=True, slots=True)
class RuleInputs:
    """The rules that each rule reads directly.

    Attributes:
        inputs: for each rule, the rules that it reads. A rule that cannot be parsed may read any record.
        order: all rules, each after the rules that it reads, as far as cycles allow.
        names: the name of each rule, for messages.
    """

    inputs: Mapping[RuleId, tuple[RuleId, ...]]
    order: tuple[RuleId, ...]
    names: Mapping[RuleId, str]

    @classmethod
    def of(cls, groups: Iterable[LoadedGroup]) -> RuleInputs:
        """Find the inputs of all rules in the groups."""
        rules = {one: replace(rule) for one, rule in identified(groups)}  # copies: each is an object of its own
        inputs = dict(_inputs(rules))
        names = {one: f"{rule.kind} {rule.name} of group {one[1]}" for one, rule in rules.items()}
        return cls(inputs, tuple(_bottom_up(inputs)), names)

    def readers_of(self, some: AbstractSet[RuleId]) -> AbstractSet[RuleId]:
        """Return the rules with all rules that read them, directly or through others."""
        found = set(some)
        size = 0
        while size < len(found):  # a second round only along cycles
            size = len(found)
            found.update(one for one in self.order if not found.isdisjoint(self.inputs[one]))
        return found


def identified(groups: Iterable[LoadedGroup]) -> Iterator[tuple[RuleId, Rule]]:
    """List all rules with their identities."""
    for group in groups:
        for number, state in enumerate(group.rules):
            yield (group.file, group.name, number), state.rule


def rule_ids(groups: Iterable[LoadedGroup]) -> frozenset[RuleId]:
    """Return the identities of all rules."""
    return frozenset(one for one, _ in identified(groups))


def _inputs(rules: Mapping[RuleId, Rule]) -> Iterator[tuple[RuleId, tuple[RuleId, ...]]]:
    graph = RuleGraph(rules.values())
    ids = {id(rule): one for one, rule in rules.items()}
    records = tuple(one for one, rule in rules.items() if rule.kind is RuleKind.RECORD)
    made = frozenset((*(rules[one].name for one in records), *ALERT_METRICS))
    for one, rule in rules.items():
        if _may_read(rule.expression, made):
            is_readable = graph.reads(rule) is not None
            yield one, tuple(ids[id(maker)] for maker in graph.upstream(rule)) if is_readable else records
        else:
            yield one, ()


def _may_read(expression: str, made: frozenset[str]) -> bool:
    return _WITHOUT_METRIC.search(expression) is not None or not made.isdisjoint(_WORD.findall(expression))


def _bottom_up(inputs: Mapping[RuleId, tuple[RuleId, ...]]) -> Iterator[RuleId]:
    """Walk depth first, and yield each rule after the rules that it reads."""
    met: set[RuleId] = set()
    for start in inputs:
        path: list[tuple[RuleId, Iterator[RuleId]]] = []
        following: RuleId | None = start
        while following is not None or path:
            if following is None:
                yield path.pop()[0]
            elif following not in met:
                met.add(following)
                path.append((following, iter(inputs[following])))
            following = next(path[-1][1], None) if path else None
