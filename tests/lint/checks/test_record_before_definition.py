"""Tests of ``record-before-definition``: records read above the rule that makes them."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.record_before_definition import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(*rules: str) -> tuple[Finding, ...]:
    """Lint rules of one group, in this order."""
    return findings(estate_of(Example({"rules.yml": f"groups: [{{name: g, rules: [{', '.join(rules)}]}}]\n"})), [CHECK])


A, B = "{record: a, expr: x}", "{record: b, expr: a + a * 2}"


def test_a_record_below_its_reader_is_found() -> None:
    """The metric is reported once for the rule."""
    (one,) = found(B, A)
    assert (one.rule, one.severity) == ("b", "warning")
    assert "a is recorded further down" in one.message


@pytest.mark.parametrize(
    "rules",
    [
        (A, B),
        ("{record: a, expr: a}",),
        (A, B, A),
        ("{record: b, expr: 'a{s=\"1\"}'}", "{record: a, expr: x, labels: {s: '2'}}"),
    ],
)
def test_rules_in_order_are_not_found(rules: tuple[str, ...]) -> None:
    """Rules that read themselves are not found either."""
    assert found(*rules) == ()


def test_rules_of_different_groups_are_not_found() -> None:
    """Rules of different groups have no order."""
    text = "groups: [{name: g, rules: [{record: b, expr: a}]}, {name: h, rules: [{record: a, expr: x}]}]\n"
    assert findings(estate_of(Example({"rules.yml": text})), [CHECK]) == ()
