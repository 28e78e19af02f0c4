"""Finds rules that make up their values instead of measuring them.

A value is made up if its expression has no selector, or only selectors that are multiplied by a
literal 0 (``0``, ``-0``, ``vector(0)``). A value with such a branch of ``or`` is made up as well:
``x or 0 * y`` is 0 whenever x is gone. Both apply through recording rules, too. Cleverer algebra
(``x ^ 0``, ``0 / x``, ``x - x``, ``clamp(x, 1, 1)``, ``vector(1) and x``) is not found. A value
that never varies is not evidence of a made-up value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct, field

from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import written
from gonogo.promql.graph import ALERT_METRICS, RuleGraph, series_name
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Binary, Call, Expression, Negation, Number, Vector, children, walk

LONGEST_QUOTE = 80
"""The largest number of characters that a sentence quotes of an expression."""


def synthetic(metric: str, graph: RuleGraph, maker: str = "the rule that records") -> str | None:
    """Return a clause that says why a metric's value is made up, or ``None``.

    The value of a rule that cannot be read does not count as made up: ``RuleGraph.unreadable`` lists such a rule.
    ``maker`` is the word for the rule of the metric itself.
    """
    return next((why for _, why in synthetic_rules((metric,), graph, maker)), None)


def synthetic_rules(
    metrics: Collection[str], graph: RuleGraph, maker: str = "the rule that records"
) -> Iterator[tuple[Rule, str]]:
    """Yield the rules that record some metrics and make up their values, each with a clause that says why."""
    findings = _Findings(graph)
    for rule in graph.bottom_up(*metrics):
        findings.visit(rule)
    for metric in metrics:
        for rule in graph.recorded_by(metric):
            if origin := findings.dead.get(id(rule)) or findings.patched.get(id(rule)):
                whose = f"{metric} comes from {series_name(origin.rule)}, whose rule"
                yield rule, f"{f'{maker} {metric}' if origin.rule is rule else whose} {origin.how}"


class _Origin(Struct, frozen=True):
    """The rule that makes up a value, and a clause that says how."""

    rule: Rule
    how: str


class _Findings(Struct, frozen=True):
    """The rules visited so far, by identity. A dead rule never measures, and a patched rule does not always measure."""

    graph: RuleGraph
    dead: dict[int, _Origin] = field(default_factory=dict)
    patched: dict[int, _Origin] = field(default_factory=dict)

    def visit(self, rule: Rule) -> None:
        """Judge a rule. The rules that it reads from were judged before."""
        try:
            tree = parse(rule.expression)
        except Refusal:
            return
        if not self._alive(tree):
            self.dead[id(rule)] = self._dead_origin(rule, tree)
        if origin := self._patch(rule, tree):
            self.patched[id(rule)] = origin

    def _alive(self, node: Expression) -> bool:
        """Return true if a selector in or under a tree is measured and not multiplied by 0."""
        if isinstance(node, Vector):
            return self._measured(node)
        return not _nought(node) and any(self._alive(part) for part in children(node))

    def _measured(self, vector: Vector) -> bool:
        """Return true if a selector finds raw series, or series of rules that measure.

        If a selector finds the series of several rules, each of them must measure, because each makes its own series.
        For alerts one measuring rule is enough.
        """
        living = [id(rule) not in self.dead for rule in self.graph.makers(Selector.of(vector))]
        return not living or (any(living) if vector.metric in ALERT_METRICS else all(living))

    def _dead_origin(self, rule: Rule, tree: Expression) -> _Origin:
        vectors = [node for node in walk(tree) if isinstance(node, Vector)]
        makers = (maker for vector in vectors for maker in self.graph.makers(Selector.of(vector)))
        inherited = next((self.dead[id(maker)] for maker in makers if id(maker) in self.dead), None)
        how = "reads only series multiplied by 0" if vectors else "reads no series"
        return inherited or _Origin(rule, f"{how}: {_quote(tree)}")

    def _patch(self, rule: Rule, tree: Expression) -> _Origin | None:
        """Find a branch of ``or`` that does not measure, in this rule or in a recording rule under it."""
        choices = (node for node in walk(tree) if isinstance(node, Binary) and node.operator == "or")
        branches = (branch for choice in choices for branch in (choice.left, choice.right))
        if empty := next((branch for branch in branches if not self._alive(branch)), None):
            return _Origin(rule, f"has a branch of 'or' that measures nothing: {_quote(empty)}")
        below = (under for under in self.graph.upstream(rule) if under.kind is RuleKind.RECORD)
        return next((self.patched[id(under)] for under in below if id(under) in self.patched), None)


def _nought(node: Expression) -> bool:
    """Return true if a tree is a literal 0 or a product with a literal 0."""
    match node:
        case Number(value=value):
            return value == 0
        case Call(function="vector" | "scalar", arguments=(inner,)) | Negation(inner=inner):
            return _nought(inner)
        case Binary(operator="*", left=left, right=right):
            return _nought(left) or _nought(right)
        case _:
            return False


def _quote(tree: Expression) -> str:
    text = written(tree)
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
