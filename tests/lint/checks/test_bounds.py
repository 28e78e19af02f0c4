"""Tests of ``bounds``: waits and intervals outside the required bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.lint.checks.bounds import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.requirements import Bounds, Requirements
from gonogo.model.finding import Finding
from tests.example_estate import estate_of

WANTED = Requirements(
    held=Bounds(timedelta(minutes=1), timedelta(hours=1)),
    keep_firing=Bounds(most=timedelta(minutes=10)),
    interval=Bounds(timedelta(seconds=10)),
)


def found(rules: str, requirements: Requirements | None = WANTED, group: str = "") -> tuple[Finding, ...]:
    """Lint rules of one group, written in YAML's flow style."""
    text = f"groups: [{{name: g, {group}rules: [{rules}]}}]\n"
    return findings(estate_of(Example({"rules.yml": text}, {"requirements": requirements})), [CHECK])


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", "'for' is 0s; it must be 1m or more"),
        (", for: 59s", "'for' is 59s; it must be 1m or more"),
        (", for: 61m", "'for' is 1h1m; it must be 1h or less"),
        (", for: 5m, keep_firing_for: 11m", "'keep_firing_for' is 11m; it must be 10m or less"),
    ],
)
def test_a_wait_outside_the_bounds_is_found(keys: str, told: str) -> None:
    """The message says the duration and the bound."""
    (one,) = found(f"{{alert: A, expr: x > 1{keys}}}")
    assert one.message == told


def test_an_interval_outside_the_bounds_is_found_once_a_group() -> None:
    """The finding is at the key ``interval``, once a group."""
    (one,) = found("{record: a, expr: x}, {record: b, expr: x}", group="interval: 5s, ")
    assert "the interval of group 'g' is 5s" in one.message


@pytest.mark.parametrize(
    "rules",
    [
        "{alert: A, expr: x > 1, for: 1m}",
        "{alert: A, expr: x > 1, for: 1h, keep_firing_for: 10m}",
        "{record: a, expr: x}",
    ],
)
def test_waits_within_the_bounds_are_not_found(rules: str) -> None:
    """The bounds themselves are allowed, and recording rules have no ``for``."""
    assert found(rules) == ()


def test_without_requirements_nothing_is_found() -> None:
    """Without requirements the check finds nothing."""
    assert found("{alert: A, expr: x > 1}", None) == ()
