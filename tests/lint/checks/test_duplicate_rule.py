"""Tests of ``duplicate-rule``: rules are compared by their meaning, across files."""

from __future__ import annotations

from gonogo.lint.checks.duplicate_rule import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from tests.example_estate import estate_of
from tests.lint.core.short_rules import alert, found, record, severities


def test_rules_that_differ_are_no_duplicates() -> None:
    """Rules of another kind, name or label set are not duplicates."""
    rules = (record("x", "up"), alert("x", "up"), record("y", "up"), record("x", "up", zone="a"))
    assert found(CHECK, *rules) == []


def test_two_spellings_of_one_rule_are_duplicates() -> None:
    """Spelling, brackets and the order of matchers make no difference. The message names the earlier rule."""
    rules = (record("x", 'sum((a{b="c", d="e"}))', zone="a"), record("x", 'sum(a{d="e",b="c"})', zone="a"))
    (one,) = found(CHECK, *rules)
    assert one.severity == "error"
    assert "rules.yml:1:" in one.message
    assert "(group 'web')" in one.message


def test_each_repetition_is_found() -> None:
    """The second and the third rule are reported, and the first is not."""
    assert severities(CHECK, *[alert("A", "up == 0")] * 3) == ["error", "error"]


def test_another_expression_under_one_name_is_a_note() -> None:
    """Another expression is a note. A third rule that repeats the second is a duplicate."""
    rules = (record("x", "a"), record("x", "b"), record("x", "b"))
    assert severities(CHECK, *rules) == ["info", "error"]


def test_unreadable_expressions_are_compared_as_text() -> None:
    """Two rules with the same unreadable expression are duplicates."""
    assert severities(CHECK, record("x", "sum("), record("x", "sum(")) == ["error"]


def test_the_labels_of_a_group_count_as_labels_of_its_rules() -> None:
    """Rules with different group labels are not duplicates."""
    group = "groups: [{{name: g, labels: {{zone: {zone}}}, rules: [{{record: x, expr: up}}]}}]\n"
    texts = {zone: group.format(zone=zone) for zone in "ab"}
    assert findings(estate_of(Example({"1.yml": texts["a"], "2.yml": texts["b"]})), [CHECK]) == ()
    (one,) = findings(estate_of(Example({"1.yml": texts["a"], "2.yml": texts["a"]})), [CHECK])
    assert one.where.start.path == "2.yml"
