"""Tests of ``freshness-by-scrape-time``: ages that prove nothing about the writer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.lint.checks.freshness_by_scrape_time import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.interest import Interest
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


def severities(expression: str, **facts: object) -> list[str]:
    """Return the severities of the findings in one alert."""
    return sorted(one.severity for one in found(expression, **facts))


@pytest.mark.parametrize(
    "expression",
    [
        "time() - timestamp(p_textfile_heartbeat_seq) > 60",
        'time() - timestamp(p_beat{via="push"}) > 60',
        'time() - timestamp(p_beat{job="pushgateway"}) > 60',
        'time() - timestamp(p_beat{exported_job="batch"}) > 60',
        'time() - timestamp(p_beat{exported_instance=~"a.*"}) > 60',
        "time() - node_textfile_mtime_seconds > 60",
        "time() - max by (file) (node_textfile_mtime_seconds) > 60",
    ],
)
def test_an_age_that_proves_nothing(expression: str) -> None:
    """The age of a scrape or of a file is found."""
    assert severities(expression) == ["warning"]


@pytest.mark.parametrize("expression", ["time() - timestamp(up) > 60", 'timestamp(x{via!="push"}) > 1'])
def test_the_time_of_a_scrape_is_worth_a_look(expression: str) -> None:
    """It is a note if the source of the metric is not known."""
    assert severities(expression) == ["info"]


def test_a_signal_of_the_policy_must_not_be_made_of_it() -> None:
    """A signal made from the time of a scrape is a warning, because a verdict depends on it."""
    text = "groups: [{name: g, rules: [{record: p_age, expr: time() - timestamp(x)}]}]\n"
    interest = Interest("metric_realm", "prod", frozenset({"p_age"}))
    (one,) = findings(estate_of(Example({"rules.yml": text}, {"interest": interest})), [CHECK])
    assert one.severity == "warning"


@pytest.mark.parametrize("comparison", ["> 600", "> 300", ">= 301"])
def test_an_age_that_no_sample_reaches(comparison: str) -> None:
    """A comparison with an age above the lookback is never true, and is found."""
    assert severities(f"(time() - timestamp(up)) {comparison}") == ["info", "warning"]


@pytest.mark.parametrize(
    "expression",
    ["time() - timestamp(up) < 600", "time() - timestamp(up offset 1h) > 600", "time() - timestamp(up) >= 300"],
)
def test_an_age_that_samples_reach(expression: str) -> None:
    """Version 2.x still finds a sample exactly as old as the lookback."""
    assert severities(expression) == ["info"]


@pytest.mark.parametrize(
    "expression",
    [
        "time() - p_textfile_heartbeat_ts > 120",
        "time() - push_time_seconds > 600",
        "absent(node_textfile_mtime_seconds)",
        "timestamp(sum(p_textfile_x)) > 1",
    ],
)
def test_an_age_that_may_prove_something(expression: str) -> None:
    """The writer's own time is not found."""
    assert found(expression) == ()


def test_the_lookback_of_the_server_counts() -> None:
    """A longer lookback makes older samples visible."""
    assert severities("time() - timestamp(up) > 600", lookback=timedelta(minutes=15)) == ["info"]
