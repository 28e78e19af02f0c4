"""Tests of ``rule-name``: names that do not fit the required pattern."""

from __future__ import annotations

import re

import pytest

from gonogo.lint.checks.rule_name import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.requirements import Requirements
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(rule: str, requirements: Requirements | None) -> tuple[Finding, ...]:
    """Lint one rule, written in YAML's flow style, against requirements."""
    text = f"groups: [{{name: g, rules: [{{{rule}}}]}}]\n"
    return findings(estate_of(Example({"rules.yml": text}, {"requirements": requirements})), [CHECK])


WANTED = Requirements(alert_name=re.compile("[A-Z][A-Za-z]+"), record_name=re.compile("[a-z]+:[a-z_]+"))


@pytest.mark.parametrize("rule", ["alert: down, expr: x > 1", "record: UP, expr: x", "alert: 'job:up', expr: x > 1"])
def test_a_name_that_does_not_fit_the_pattern_is_found(rule: str) -> None:
    """Alerts and records each have their own pattern."""
    (one,) = found(rule, WANTED)
    assert "does not fit the required pattern" in one.message


@pytest.mark.parametrize("rule", ["alert: Down, expr: x > 1", "record: 'job:up', expr: x"])
def test_a_name_that_fits_the_pattern_is_not_found(rule: str) -> None:
    """A fitting name, and every name without requirements, is not found."""
    assert found(rule, WANTED) == ()
    assert found(rule, Requirements()) == ()
    assert found(rule, None) == ()
