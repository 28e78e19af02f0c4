"""Adds the external labels of the evaluating program to rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gonogo.model.rule import Engine, Evaluator, Rule, RuleGroup


def with_external_labels(groups: tuple[RuleGroup, ...], evaluator: Evaluator) -> tuple[RuleGroup, ...]:
    """Return the groups of rule files as the evaluating program lists them.

    If a rule and the program set the same label, the rule's label wins in vmalert, and the external
    label wins in Thanos. Prometheus's own API shows no external labels.
    """
    if not evaluator.external_labels:
        return groups
    return tuple(replace(group, rules=tuple(_labelled(rule, evaluator) for rule in group.rules)) for group in groups)


def _labelled(rule: Rule, evaluator: Evaluator) -> Rule:
    labels: Mapping[str, str] = {**evaluator.external_labels, **rule.labels}
    if evaluator.engine is Engine.THANOS:
        labels = {**rule.labels, **evaluator.external_labels}
    return replace(rule, labels=labels)
