"""Tests of ``forbidden-label``."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.forbidden_label import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.requirements import NamePatterns, Requirements
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(rule: str, requirements: Requirements | None) -> tuple[Finding, ...]:
    """Lint one rule, written in YAML's flow style, against requirements."""
    text = f"groups: [{{name: g, rules: [{{{rule}}}]}}]\n"
    return findings(estate_of(Example({"rules.yml": text}, {"requirements": requirements})), [CHECK])


UNWANTED = Requirements(forbidden_labels=NamePatterns.of({"replica": None, "severity": "page.*"}))


@pytest.mark.parametrize(
    ("labels", "told"),
    [("{}", 0), ("{severity: high}", 0), ("{severity: page-now}", 1), ("{replica: a, severity: page}", 2)],
)
def test_each_forbidden_label_is_found(labels: str, told: int) -> None:
    """A pattern forbids only what it matches."""
    hits = found(f"alert: A, expr: x > 1, labels: {labels}", UNWANTED)
    assert len(hits) == told
    assert all("forbid the" in hit.message for hit in hits)


def test_without_requirements_nothing_is_found() -> None:
    """Without requirements the check finds nothing."""
    assert found("alert: A, expr: x > 1, labels: {replica: a}", None) == ()
