"""Tests of ``required-annotation``: annotations that every alert must have."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.required_annotation import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.requirements import NamePatterns, Requirements
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(rule: str, requirements: Requirements | None) -> tuple[Finding, ...]:
    """Lint one rule, written in YAML's flow style, against requirements."""
    text = f"groups: [{{name: g, rules: [{{{rule}}}]}}]\n"
    return findings(estate_of(Example({"rules.yml": text}, {"requirements": requirements})), [CHECK])


WANTED = Requirements(required_annotations=NamePatterns.of({"team": "web|db", "any": None}))


@pytest.mark.parametrize(
    ("annotations", "told"),
    [
        ("{}", ["every alert must have the annotation 'team'", "every alert must have the annotation 'any'"]),
        ("{team: web}", ["every alert must have the annotation 'any'"]),
        ("{team: '', any: x}", ["every alert must have the annotation 'team'"]),
        ("{team: mail, any: x}", ["'mail' does not fit the required annotation 'team': web|db"]),
        ("{team: web, any: x}", []),
        ("{team: '{{ $labels.team }}', any: x}", []),
    ],
)
def test_a_missing_or_unfit_annotation_is_found(annotations: str, told: list[str]) -> None:
    """A template fits every pattern."""
    hits = found(f"alert: A, expr: x > 1, annotations: {annotations}", WANTED)
    assert len(hits) == len(told)
    assert all(any(words in hit.message for hit in hits) for words in told)


def test_records_need_no_annotation() -> None:
    """Alerts need no annotation either if there are no requirements."""
    assert found("record: a, expr: x", WANTED) == ()
    assert found("alert: A, expr: x > 1", None) == ()
    assert found("alert: A, expr: x > 1", Requirements()) == ()
