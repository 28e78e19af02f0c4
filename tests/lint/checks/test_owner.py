"""Tests of ``owner``: alerts without a known owner."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.owner import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.requirements import Requirements
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(rule: str, requirements: Requirements | None) -> tuple[Finding, ...]:
    """Lint one rule, written in YAML's flow style, against requirements."""
    text = f"groups: [{{name: g, rules: [{{{rule}}}]}}]\n"
    return findings(estate_of(Example({"rules.yml": text}, {"requirements": requirements})), [CHECK])


WANTED = Requirements(owner_label="team", owners=frozenset({"web", "db"}))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", "this alert has no owner"),
        (", labels: {team: ''}", "this alert has no owner"),
        (", labels: {team: mail}", "'mail' is not a known owner"),
        (", annotations: {team: mail}", "'mail' is not a known owner"),
        (", labels: {team: mail}, annotations: {team: web}", "'mail' is not a known owner"),
    ],
)
def test_an_alert_without_a_known_owner_is_found(keys: str, told: str) -> None:
    """A missing or unknown owner is found. A label counts before an annotation."""
    (one,) = found(f"alert: A, expr: x > 1{keys}", WANTED)
    assert told in one.message


@pytest.mark.parametrize(
    "rule",
    [
        "alert: A, expr: x > 1, labels: {team: web}",
        "alert: A, expr: x > 1, annotations: {team: db}",
        "alert: A, expr: x > 1, labels: {team: '{{ $labels.team }}'}",
        "record: a, expr: x",
    ],
)
def test_an_alert_with_a_known_owner_or_a_template_is_not_found(rule: str) -> None:
    """A known owner or a template is not found."""
    assert found(rule, WANTED) == ()


def test_without_requirements_nothing_is_found() -> None:
    """Without requirements the check finds nothing."""
    assert found("alert: A, expr: x > 1", Requirements()) == ()
    assert found("alert: A, expr: x > 1", None) == ()
