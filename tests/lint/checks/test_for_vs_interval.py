"""Waits that end between two evaluations."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.for_vs_interval import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(keys: str, group: str = "interval: 1m, ", configuration: str | None = None) -> tuple[Finding, ...]:
    """Lint one alert with some keys more, in a group with some keys more."""
    files = {"rules.yml": f"groups: [{{name: g, {group}rules: [{{alert: A, expr: up == 0{keys}}}]}}]\n"}
    if configuration is not None:
        files["prometheus.yml"] = configuration
    return findings(estate_of(Example(files)), [CHECK])


@pytest.mark.parametrize(
    ("keys", "lasts"),
    [
        (", for: 30s", "lasts 1m"),
        (", for: 90s", "lasts 2m"),
        (", keep_firing_for: 10s", "lasts 1m"),
        (", keep_firing_for: 150s", "lasts 3m"),
    ],
)
def test_a_wait_is_rounded_up(keys: str, lasts: str) -> None:
    """Shorter than one interval or not."""
    (one,) = found(keys)
    assert one.severity == "warning"
    assert lasts in one.message


@pytest.mark.parametrize("keys", ["", ", for: 0s", ", for: 1m", ", for: 5m, keep_firing_for: 2m"])
def test_whole_numbers_of_evaluations_are_fine(keys: str) -> None:
    """And so is none at all."""
    assert found(keys) == ()


def test_an_unknown_interval_is_not_guessed() -> None:
    """The server's configuration may say anything."""
    assert found(", for: 30s", group="") == ()


def test_the_interval_of_the_configuration_counts() -> None:
    """Where the group has none of its own."""
    configuration = "global: {evaluation_interval: 45s}\nrule_files: [rules.yml]\n"
    (one,) = found(", for: 30s", "", configuration)
    assert "lasts 45s" in one.message
