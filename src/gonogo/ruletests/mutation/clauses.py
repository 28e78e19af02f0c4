"""Changes the parts of a rule beside its expression: ``for``, ``keep_firing_for``, labels and annotations."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.rule import Rule
from gonogo.promql.parser import parse
from gonogo.ruletests.mutation.mutation import Mutation, becomes, there
from gonogo.ruletests.mutation.sameness import has_label

_NONE = timedelta(0)
_OTHER = "another"


def held(rule: Rule) -> Iterator[Mutation]:
    """Double and drop ``for``."""
    if rule.held:
        old, double = format_duration(rule.held), format_duration(rule.held * 2)
        later = f"the condition has been true for {old} and not yet for {double}"
        kill = f"assert that {rule.name} fires at an eval_time when {later}"
        changed = replace(rule, held=rule.held * 2)
        yield Mutation("for", changed, f"`for` {becomes(old, double)}", f"for: {old}", f"for: {double}", kill)
        kill = f"assert that {rule.name} does not fire at an eval_time when the condition is true but not yet for {old}"
        yield Mutation("for", replace(rule, held=_NONE), "`for` is dropped", f"for: {old}", "", kill)


def keep_firing(rule: Rule) -> Iterator[Mutation]:
    """Double and drop ``keep_firing_for``."""
    if rule.keep_firing:
        old, double = format_duration(rule.keep_firing), format_duration(rule.keep_firing * 2)
        key = "keep_firing_for"
        ended = "when the condition has no longer been true for"
        changed = replace(rule, keep_firing=rule.keep_firing * 2)
        kill = f"assert that {rule.name} no longer fires at an eval_time {ended} {old} but not yet for {double}"
        yield Mutation(key, changed, f"`{key}` {becomes(old, double)}", f"{key}: {old}", f"{key}: {double}", kill)
        kill = f"assert that {rule.name} still fires at an eval_time {ended} less than {old}"
        yield Mutation(key, replace(rule, keep_firing=_NONE), f"`{key}` is dropped", f"{key}: {old}", "", kill)


def labels(rule: Rule, own: Collection[str]) -> Iterator[Mutation]:
    """Change and drop each label that the rule itself sets."""
    for name in (name for name in rule.labels if name in own):
        old, other = rule.labels[name], f"{rule.labels[name]}-{_OTHER}"
        kill = f"assert the label {name} of the result in {there(rule)}"
        rest = {key: value for key, value in rule.labels.items() if key != name}
        changed = replace(rule, labels={**rule.labels, name: other})
        certain = _has_itself(rule, name)
        yield Mutation(
            "label", changed, f"the label {name} {becomes(old, other)}", f"{name}: {old}", f"{name}: {other}", kill
        )
        if not certain:
            changed = replace(rule, labels=rest)
            yield Mutation("label", changed, f"the label {name} is dropped", f"{name}: {old}", "", kill)


def _has_itself(rule: Rule, label: str) -> bool:
    """Return True if the expression itself gives the label the value that the rule sets."""
    try:
        return has_label(parse(rule.expression), label, rule.labels[label])
    except ValueError:
        return False


def explanations(rule: Rule) -> Iterator[Mutation]:
    """Change each annotation."""
    for name, old in rule.annotations.items():
        other = f"{old} {_OTHER}"
        changed = replace(rule, annotations={**rule.annotations, name: other})
        kill = f"assert the annotation {name} of {rule.name} where it fires"
        yield Mutation(
            "annotation", changed, f"the annotation {name} is changed", f"{name}: {old}", f"{name}: {other}", kill
        )
