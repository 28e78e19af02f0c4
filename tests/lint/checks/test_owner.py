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
def test_nobody_known_owns_it(keys: str, told: str) -> None:
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
def test_somebody_may_own_it(rule: str) -> None:
    """A known owner or a template is not found."""
    assert found(rule, WANTED) == ()


def test_nobody_asks_for_owners() -> None:
    """Without requirements the check finds nothing."""
    assert found("alert: A, expr: x > 1", Requirements()) == ()
    assert found("alert: A, expr: x > 1", None) == ()
