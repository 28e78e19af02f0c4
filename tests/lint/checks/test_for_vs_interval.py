"""Tests of ``for-vs-interval``: waits that end between two evaluations."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.for_vs_interval import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(keys: str, group: str = "interval: 1m, ", configuration: str | None = None) -> tuple[Finding, ...]:
    """Lint one alert in a group, each with some further keys."""
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
def test_a_wait_between_two_evaluations_is_found(keys: str, lasts: str) -> None:
    """The message has the wait rounded up to whole intervals, even if the wait is shorter than one."""
    (one,) = found(keys)
    assert one.severity == "warning"
    assert lasts in one.message


@pytest.mark.parametrize("keys", ["", ", for: 0s", ", for: 1m", ", for: 5m, keep_firing_for: 2m"])
def test_a_wait_of_whole_intervals_is_not_found(keys: str) -> None:
    """A whole number of intervals, or no wait, is not found."""
    assert found(keys) == ()


def test_an_unknown_interval_is_not_guessed() -> None:
    """Without a known interval the check finds nothing."""
    assert found(", for: 30s", group="") == ()


def test_the_interval_of_the_configuration_counts() -> None:
    """The configuration's interval counts if the group has none."""
    configuration = "global: {evaluation_interval: 45s}\nrule_files: [rules.yml]\n"
    (one,) = found(", for: 30s", "", configuration)
    assert "lasts 45s" in one.message
