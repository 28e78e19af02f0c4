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
def test_the_age_of_a_scrape_or_of_a_file_is_found(expression: str) -> None:
    """Such an age proves nothing about the writer."""
    assert severities(expression) == ["warning"]


@pytest.mark.parametrize("expression", ["time() - timestamp(up) > 60", 'timestamp(x{via!="push"}) > 1'])
def test_the_scrape_time_of_an_unknown_source_is_a_note(expression: str) -> None:
    """The source of the metric is not known."""
    assert severities(expression) == ["info"]


def test_a_signal_made_from_a_scrape_time_is_a_warning() -> None:
    """The finding is more than a note, because a verdict depends on the signal."""
    text = "groups: [{name: g, rules: [{record: p_age, expr: time() - timestamp(x)}]}]\n"
    interest = Interest("metric_realm", "prod", frozenset({"p_age"}))
    (one,) = findings(estate_of(Example({"rules.yml": text}, {"interest": interest})), [CHECK])
    assert one.severity == "warning"


@pytest.mark.parametrize("comparison", ["> 600", "> 300", ">= 301"])
def test_an_age_above_the_lookback_is_found(comparison: str) -> None:
    """No sample has such an age, so the comparison is never true."""
    assert severities(f"(time() - timestamp(up)) {comparison}") == ["info", "warning"]


@pytest.mark.parametrize(
    "expression",
    ["time() - timestamp(up) < 600", "time() - timestamp(up offset 1h) > 600", "time() - timestamp(up) >= 300"],
)
def test_an_age_up_to_the_lookback_is_only_a_note(expression: str) -> None:
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
def test_the_age_of_the_writers_own_time_is_not_found(expression: str) -> None:
    """Push times and functions of other series are not found either."""
    assert found(expression) == ()


def test_the_lookback_of_the_server_counts() -> None:
    """A longer lookback makes older samples visible, so the threshold is not found."""
    assert severities("time() - timestamp(up) > 600", lookback=timedelta(minutes=15)) == ["info"]
