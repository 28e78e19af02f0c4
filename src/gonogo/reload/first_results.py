"""The first results of new rules, and of rules over new targets, after a reload.

A rule that is evaluated before its input arrives proves nothing: the rule may fail as soon as the input arrives. The
input comes from targets and from other rules. So an evaluation of a rule counts only if it began after two kinds of
events: the first scrape of every new or changed target, and the first counting evaluation of every such rule that the
rule reads. A group with a query offset reads the past, so these events must be older than the offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct, field

from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleHealth, RuleKind
from gonogo.promql.graph import ALERT_METRICS, RuleGraph
from gonogo.server.server_state import ServerState

RuleId = tuple[str, str, int]
"""The file, the group and the number of a rule in its group."""

_WORD = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_WITHOUT_METRIC = re.compile(r"(?<![A-Za-z0-9_:])\{")
"""A selector that may have no metric name before its braces, and may find any series."""


class RuleInputs(Struct, frozen=True):
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
        text = rule.expression
        if _WITHOUT_METRIC.search(text) is not None or not made.isdisjoint(_WORD.findall(text)):
            is_readable = graph.reads(rule) is not None
            yield one, tuple(ids[id(maker)] for maker in graph.upstream(rule)) if is_readable else records
        else:
            yield one, ()


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


class Due(Struct, frozen=True):
    """The time after which an evaluation must begin, by the server's clock, and the event of that time.

    ``at`` is None while the event has not been seen.
    """

    at: float | None
    event: str

    def later(self, other: Due) -> Due:
        """Return the later of two due times. An event that has not been seen is later than any time."""
        if self.at is None or (other.at is not None and other.at <= self.at):
            return self
        return other


class Evaluation(Struct, frozen=True):
    """The beginning and the end of an evaluation of a group, by the server's clock."""

    began: float
    ended: float


class FirstResults(Struct, frozen=True):
    """The earliest evaluations that count, as far as they were seen.

    Attributes:
        inputs: the rules that each rule reads; None while no rule has new input.
        first: the earliest evaluation that counts, for each rule that another one reads.
        dues: for each rule with new input, the time after which its evaluations must begin.
    """

    inputs: RuleInputs | None = None
    first: Mapping[RuleId, Evaluation] = field(default_factory=dict)
    dues: Mapping[RuleId, Due] = field(default_factory=dict)

    def seen(
        self, now: ServerState, new: AbstractSet[RuleId], least: Mapping[str, Due], delays: Mapping[str, float]
    ) -> FirstResults:
        """Add the evaluations of one look.

        ``new`` are the rules that are new or changed, or may read the samples of a new target. ``least`` has the due
        time of each group without regard to other rules, and ``delays`` the seconds of its query offset.
        """
        if not new:
            return self
        inputs = self.inputs
        if inputs is None or inputs.inputs.keys() != rule_ids(now.rules):
            inputs = RuleInputs.of(now.rules)
        walk = _Walk(now, inputs, inputs.readers_of(new), least, delays, dict(self.first))
        walk.forward()
        return FirstResults(inputs, walk.first, walk.all_dues())


def new_or_changed_rules(before: ServerState, now: ServerState) -> Iterator[RuleId]:
    """List the rules that were missing or failed before."""
    had = {_meaning(state.rule) for group in before.rules for state in group.rules if state.health is RuleHealth.OK}
    return (one for one, rule in identified(now.rules) if _meaning(rule) not in had)


def evaluation_of(group: LoadedGroup) -> Evaluation | None:
    """Return the last evaluation of a group that has ended, or None."""
    each = [state.evaluated_at for state in group.rules]
    began = group.began_at if group.began_at is not None else min((one or 0.0 for one in each), default=0.0)
    if not began:
        return None
    return Evaluation(began, max((began, group.ended_at or 0.0, *(one or 0.0 for one in each))))


class _Walk(Struct, frozen=True):
    """A walk over the rules. Each rule comes after the rules that it reads. Cycles are handled at the end."""

    now: ServerState
    inputs: RuleInputs
    fresh: AbstractSet[RuleId]
    least: Mapping[str, Due]
    delays: Mapping[str, float]
    first: dict[RuleId, Evaluation]
    dues: dict[RuleId, Due] = field(default_factory=dict)

    def forward(self) -> None:
        """Find each rule's due time, and note its evaluation if that is the first one that counts."""
        evaluations = {(group.file, group.name): evaluation_of(group) for group in self.now.rules}
        read_by_others = {read for one in self.fresh for read in self.inputs.inputs[one]}
        for one in self.inputs.order:
            if one not in self.fresh:
                continue
            self.dues[one] = due = self._due(one, (read for read in self.inputs.inputs[one] if read in self.dues))
            if one not in read_by_others:
                continue
            last, noted = evaluations[one[:2]], self.first.pop(one, None)
            counting = (each for each in (noted, last) if each and due.at is not None and each.began > due.at)
            if (found := next(counting, None)) is not None:
                self.first[one] = found

    def all_dues(self) -> dict[RuleId, Due]:
        """Return the due times. The rules of a cycle are included: they come after the rules that read them."""
        return {
            one: self._due(one, (read for read in self.inputs.inputs[one] if read in self.fresh)) for one in self.dues
        }

    def _due(self, one: RuleId, reads: Iterator[RuleId]) -> Due:
        file, group, number = one
        due = self.least[group]
        for read in reads:
            if read[:2] == (file, group) and read[2] < number:  # rules of a group are evaluated one after another
                due = due.later(self.dues[read])
            else:
                evaluation = self.first.get(read)
                at = None if evaluation is None else evaluation.ended + self.delays[group]
                due = due.later(Due(at, f"the first evaluation of {self.inputs.names[read]}, which it reads"))
        return due


def _meaning(rule: Rule) -> tuple[object, ...]:
    return rule.kind, rule.name, rule.expression, tuple(sorted(rule.labels.items()))
