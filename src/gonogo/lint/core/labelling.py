"""The labels of every node of every rule. Recorded series can be followed into the rules that record them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.graph import RuleGraph
from gonogo.promql.label_flow import flowed
from gonogo.promql.label_set import OPEN, LabelSet, selected
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import NAME_LABEL, Expression, Vector, children

DEEPEST = 20
"""How many levels of recording rules are followed. Beyond that, any label is possible."""

MOST = 100
"""How many recording rules of one name are followed. With more, any label is possible."""

Nodes = Callable[[Rule], tuple[Expression, ...]]
"""Returns all nodes of a rule, each before its children."""


class Labelling:
    """The labels that the parts of rules can have. Each rule is computed once, on the first question."""

    def __init__(self, nodes: Nodes, graph: RuleGraph | None = None, *, reserved: bool = False) -> None:
        """Start without any computed rule.

        Args:
            nodes: returns the nodes of a rule.
            graph: the rules by the metrics that they record. Without it, recorded series are like all others.
            reserved: True to follow only names with a colon, which no exporter uses.
        """
        self._nodes = nodes
        self._graph = graph
        self._reserved = reserved
        self._known: dict[int, Mapping[int, LabelSet]] = {}
        self._vectors: dict[Vector, LabelSet] = {}
        self._open: list[int] = []

    def of(self, rule: Rule) -> Mapping[int, LabelSet]:
        """Return the labels of a rule's nodes, by the ``id()`` of the node; nothing for an unreadable expression."""
        if id(rule) not in self._known:
            self._open.append(id(rule))
            known: dict[int, LabelSet] = {}
            for node in reversed(self._nodes(rule)):
                if isinstance(node, Vector):
                    known[id(node)] = self._of_selector(node)
                else:
                    known[id(node)] = flowed(node, [known[id(part)] for part in children(node)])
            self._open.pop()
            self._known[id(rule)] = known
        return self._known[id(rule)]

    def result(self, rule: Rule) -> LabelSet:
        """Return the labels that the result of a rule's expression can have, as templates see them."""
        nodes = self._nodes(rule)
        return self.of(rule)[id(nodes[0])] if nodes else OPEN

    def recorded(self, rule: Rule) -> LabelSet:
        """Return the labels that series of a recording rule can have, including the labels that the rule sets."""
        if id(rule) in self._open or len(self._open) > DEEPEST:
            return OPEN
        return self.result(rule).setting({**rule.labels, NAME_LABEL: rule.name})

    def makers(self, vector: Vector) -> tuple[Rule, ...]:
        """Return the recording rules that all series of a selector come from; none if records are not followed."""
        if self._graph is None or not self._recording(vector):
            return ()
        makers = tuple(rule for rule in self._graph.makers(Selector.of(vector)) if rule.kind is RuleKind.RECORD)
        return makers if len(makers) <= MOST else ()

    def finds_none(self, vector: Vector) -> bool:
        """Return whether rules record the metric of a selector, but none with the labels that the selector asks for."""
        rules = self._recording(vector)
        if not rules or len(rules) > MOST or any(rule.kind is not RuleKind.RECORD for rule in rules):
            return False
        return all(self.recorded(rule).narrowed(vector).is_impossible for rule in rules)

    def _recording(self, vector: Vector) -> tuple[Rule, ...]:
        """Return the rules that record the metric of a selector, with any labels."""
        if self._graph is None or vector.metric is None or (self._reserved and ":" not in vector.metric):
            return ()
        return self._graph.recorded_by(vector.metric)

    def _of_selector(self, vector: Vector) -> LabelSet:
        known = self._vectors.get(vector)
        if known is None:
            found = [self.recorded(rule).narrowed(vector) for rule in self.makers(vector)]
            possible = [labels for labels in found if not labels.is_impossible]
            known = self._vectors[vector] = reduce(LabelSet.__or__, possible) if possible else selected(vector)
        return known
