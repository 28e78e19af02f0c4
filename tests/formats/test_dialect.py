"""Tests of keys of rule files that only Prometheus or only vmalert knows."""

from __future__ import annotations

import pytest

from gonogo.formats.dialect import VMALERT_GROUP_KEYS, VMALERT_RULE_KEYS, Dialect
from gonogo.formats.files import read_rules
from gonogo.model.rule import PLAIN, VmalertKeys

GROUP = "groups: [{name: g, %s, rules: [{record: a, expr: up}]}]\n"
RULE = "groups: [{name: g, rules: [{%s: a, expr: up, %s}]}]\n"


@pytest.mark.parametrize("key", VMALERT_GROUP_KEYS)
def test_a_group_may_have_keys_of_vmalert_only_with_the_dialect(key: str) -> None:
    """Without the dialect the mistake names the program of the key, the place, and the next step."""
    text = GROUP % f"{key}: x"
    (problem,) = read_rules(text, "f").problems
    assert problem.message == f"the key {key!r} belongs to vmalert, and Prometheus does not know it"
    assert "prometheus: {dialect: victoriametrics}" in problem.next_step
    assert str(problem.where) == "f:1:20"
    read = read_rules(text, "f", Dialect.VICTORIA_METRICS)
    assert read.problems == ()
    assert [rule.name for group in read.groups for rule in group.rules] == ["a"]


@pytest.mark.parametrize("key", VMALERT_RULE_KEYS)
@pytest.mark.parametrize("kind", ["record", "alert"])
def test_a_rule_may_have_keys_of_vmalert_only_with_the_dialect(kind: str, key: str) -> None:
    """Recording rules and alerts may have these keys."""
    text = RULE % (kind, f"{key}: 1")
    (problem,) = read_rules(text, "f").problems
    assert "belongs to vmalert" in problem.message
    assert read_rules(text, "f", Dialect.VICTORIA_METRICS).problems == ()


def test_an_unknown_key_is_refused_in_both_dialects() -> None:
    """In vmalert's dialect a key that only Prometheus knows is refused as well."""
    for dialect in Dialect:
        (problem,) = read_rules(GROUP % "concurency: 2", "f", dialect).problems
        assert problem.message == "unknown key 'concurency'"
    offset = GROUP % "query_offset: 5s"
    assert read_rules(offset, "f").problems == ()
    (problem,) = read_rules(offset, "f", Dialect.VICTORIA_METRICS).problems
    assert problem.message == "vmalert does not know the key 'query_offset'"


def test_the_keys_that_change_results_are_read_as_vmalert_lists_them() -> None:
    """Parameters and headers are sorted, durations are in seconds. An unreadable duration stays as it is."""
    keys = (
        "params: {b: [x, 1], a: [y]}, headers: ['Z:1', 'A: b:c'], eval_delay: 1m30s, eval_offset: -5s, type: graphite"
    )
    (group,) = read_rules(GROUP % keys, "f", Dialect.VICTORIA_METRICS).groups
    assert group.vmalert == VmalertKeys("graphite", ("a=y", "b=1", "b=x"), ("A: b:c", "Z: 1"), "90 s", "-5 s")
    (odd,) = read_rules(GROUP % "eval_delay: 1.5s, params: [x]", "f", Dialect.VICTORIA_METRICS).groups
    assert odd.vmalert == VmalertKeys(delay="1.5s")
    (plain,) = read_rules(GROUP % "limit: 1", "f", Dialect.VICTORIA_METRICS).groups
    assert plain.vmalert == PLAIN
