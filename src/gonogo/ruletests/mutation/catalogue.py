"""Lists the mutants of a rule in a fixed order, each once, without those that are equal to the rule.

Its own changes are those beside the expression: ``for``, ``keep_firing_for``, labels and annotations.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import chain

from gonogo.durations import format_duration
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import canonical
from gonogo.promql.parser import parse, unreadable
from gonogo.promql.tree import Expression, Vector
from gonogo.ruletests.core.rule_text import meaning
from gonogo.ruletests.mutation import numbers, operations, selectors
from gonogo.ruletests.mutation.mutation import Finder, Mutation, NodeChange, becomes, mutation, places, there
from gonogo.ruletests.mutation.selectors import has_label, needless

_FINDERS: tuple[tuple[str, Finder], ...] = (
    ("threshold", numbers.thresholds),
    ("boundary", numbers.boundary),
    ("comparison", numbers.turned),
    ("constant", numbers.constants),
    ("window", selectors.windows),
    ("offset", selectors.offsets),
    ("matcher", selectors.matchers),
    ("aggregation", operations.operators),
    ("function", operations.functions),
    ("grouping", operations.groupings),
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
    kept: dict[tuple[object, ...], Mutation | None] = {meaning(rule, normal): None}
    annotations = _annotations(rule) if annotated else ()
    for made in chain(_of_expression(rule), _durations(rule), _labels(rule, own_labels), annotations):
        same = made.rule.expression == rule.expression
        kept.setdefault(meaning(made.rule, normal if same else made.rule.expression), made)
    return tuple(made for made in kept.values() if made is not None)


def _of_expression(rule: Rule) -> Iterator[Mutation]:
    if unreadable(rule.expression):
        return
    root = parse(rule.expression)
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


def _durations(rule: Rule) -> Iterator[Mutation]:
    """Double and drop ``for`` and ``keep_firing_for``."""
    for key, held in (("for", True), ("keep_firing_for", False)):
        value = rule.held if held else rule.keep_firing
        if not value:
            continue
        old, double = format_duration(value), format_duration(value * 2)
        if held:
            longer = f"fires at an eval_time when the condition has been true for {old} and not yet for {double}"
            without = f"does not fire at an eval_time when the condition is true but not yet for {old}"
        else:
            ended = "fires at an eval_time when the condition has no longer been true for"
            longer, without = f"no longer {ended} {old} but not yet for {double}", f"still {ended} less than {old}"
        for other, change, new, assertion in (
            (value * 2, f"`{key}` {becomes(old, double)}", f"{key}: {double}", longer),
            (timedelta(0), f"`{key}` is dropped", "", without),
        ):
            changed = replace(rule, held=other) if held else replace(rule, keep_firing=other)
            yield Mutation(key, changed, change, f"{key}: {old}", new, f"assert that {rule.name} {assertion}")


def _labels(rule: Rule, own: Collection[str]) -> Iterator[Mutation]:
    """Change and drop each label that the rule itself sets."""
    tree = None if unreadable(rule.expression) else parse(rule.expression)
    for name, old in rule.labels.items():
        if name not in own:
            continue
        other, was = f"{old}-another", f"{name}: {old}"
        kill = f"assert the label {name} of the result in {there(rule)}"
        changed = replace(rule, labels={**rule.labels, name: other})
        yield Mutation("label", changed, f"the label {name} {becomes(old, other)}", was, f"{name}: {other}", kill)
        if tree is None or not has_label(tree, name, old):
            rest = {key: value for key, value in rule.labels.items() if key != name}
            yield Mutation("label", replace(rule, labels=rest), f"the label {name} is dropped", was, "", kill)


def _annotations(rule: Rule) -> Iterator[Mutation]:
    """Change each annotation."""
    for name, old in rule.annotations.items():
        other = f"{old} another"
        changed = replace(rule, annotations={**rule.annotations, name: other})
        kill = f"assert the annotation {name} of {rule.name} where it fires"
        was, new = f"{name}: {old}", f"{name}: {other}"
        yield Mutation("annotation", changed, f"the annotation {name} is changed", was, new, kill)
