"""Lists the mutants of a rule in a fixed order, each once, without those that are equal to the rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import canonical
from gonogo.promql.parser import parse
from gonogo.promql.tree import Expression, Vector
from gonogo.ruletests.mutation import aggregations, clauses, comparisons, numbers, operations, selectors, windows
from gonogo.ruletests.mutation.mutation import Finder, Mutation, NodeChange, mutation
from gonogo.ruletests.mutation.places import places
from gonogo.ruletests.mutation.sameness import needless

_FINDERS: tuple[tuple[str, Finder], ...] = (
    ("threshold", numbers.thresholds),
    ("boundary", comparisons.boundary),
    ("comparison", comparisons.turned),
    ("constant", numbers.constants),
    ("window", windows.windows),
    ("offset", windows.offsets),
    ("matcher", selectors.matchers),
    ("aggregation", aggregations.operators),
    ("function", aggregations.functions),
    ("grouping", aggregations.groupings),
    ("branch", operations.branches),
    ("matching", operations.matching),
    ("arithmetic", operations.arithmetic),
)
"""Kind of change -> the function that finds such changes in an expression."""

_VALUE = re.compile(r"\$value|\.Value")


def mutations(rule: Rule, own_labels: Collection[str] = (), *, annotated: bool = False) -> tuple[Mutation, ...]:
    """List the mutants of a rule.

    Args:
        rule: the rule. An expression that cannot be read stays as it is.
        own_labels: the labels that the rule sets itself, without those of its group.
        annotated: True if some test asserts the annotations of the rule.
    """
    normal = canonical(rule.expression) or rule.expression
    known = {_meaning(rule, normal)}
    kept = []
    for made in _all(rule, own_labels, annotated=annotated):
        meaning = _meaning(made.rule, normal if made.rule.expression == rule.expression else made.rule.expression)
        if meaning not in known:
            known.add(meaning)
            kept.append(made)
    return tuple(kept)


def _all(rule: Rule, own_labels: Collection[str], *, annotated: bool) -> Iterator[Mutation]:
    yield from _of_expression(rule)
    yield from clauses.held(rule)
    yield from clauses.keep_firing(rule)
    yield from clauses.labels(rule, own_labels)
    if annotated:
        yield from clauses.explanations(rule)


def _of_expression(rule: Rule) -> Iterator[Mutation]:
    try:
        root = parse(rule.expression)
    except ValueError:
        return
    for place in places(root, presence=not _shows_value(rule)):
        for operator, finder in _FINDERS:
            for change in finder(place, rule):
                if not _void(root, change):
                    yield mutation(operator, rule, root, change)


def _void(root: Expression, change: NodeChange) -> bool:
    """Return True if a change drops a matcher that makes no difference."""
    old, new = change.place.node, change.node
    if not isinstance(old, Vector) or not isinstance(new, Vector) or len(old.matchers) <= len(new.matchers):
        return False
    return all(needless(root, change.place.path, one) for one in set(old.matchers) - set(new.matchers))


def _shows_value(rule: Rule) -> bool:
    """Return True if the value of the expression can be seen. An alert shows the value only in its templates."""
    texts = (*rule.labels.values(), *rule.annotations.values())
    return rule.kind is RuleKind.RECORD or any(_VALUE.search(text.partition("{{")[2]) for text in texts)


def _meaning(rule: Rule, expression: str) -> tuple[object, ...]:
    """Return the key by which two rules are the same; ``expression`` is theirs in canonical form."""
    clauses_of = (tuple(sorted(rule.labels.items())), tuple(sorted(rule.annotations.items())))
    return (expression, rule.held, rule.keep_firing, *clauses_of)
