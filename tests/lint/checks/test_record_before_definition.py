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


def test_a_record_below_its_reader() -> None:
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
def test_what_stands_in_order(rules: tuple[str, ...]) -> None:
    """Rules in order, and rules that read themselves, are not found."""
    assert found(*rules) == ()


def test_other_groups_have_no_order() -> None:
    """Rules of different groups have no order."""
    text = "groups: [{name: g, rules: [{record: b, expr: a}]}, {name: h, rules: [{record: a, expr: x}]}]\n"
    assert findings(estate_of(Example({"rules.yml": text})), [CHECK]) == ()
