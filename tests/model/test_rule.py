"""Tests of labels that a program adds to the rules that it evaluates."""

from __future__ import annotations

from gonogo.model.rule import ITSELF, Engine, Evaluator, Rule, RuleGroup, RuleKind, with_external_labels

GROUPS = (RuleGroup("g", (Rule(RuleKind.RECORD, "m", "x", {"a": "own", "b": "c"}),)),)


def test_a_label_of_the_rule_wins_in_vmalert_and_loses_in_thanos() -> None:
    """Both programs were run with a label that the rule has as well. Prometheus adds no label."""
    external = {"a": "external", "via": "x"}
    (vmalert,) = with_external_labels(GROUPS, Evaluator(Engine.VMALERT, external))
    assert vmalert.rules[0].labels == {"a": "own", "b": "c", "via": "x"}
    (thanos,) = with_external_labels(GROUPS, Evaluator(Engine.THANOS, external))
    assert thanos.rules[0].labels == {"a": "external", "b": "c", "via": "x"}
    assert with_external_labels(GROUPS, ITSELF) == GROUPS
