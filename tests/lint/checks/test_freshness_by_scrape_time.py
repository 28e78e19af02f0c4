"""Ages that say nothing about the writer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.lint.catalogue import findings
from gonogo.lint.check import Example
from gonogo.lint.checks.freshness_by_scrape_time import CHECK
from gonogo.lint.example_estate import estate_of
from gonogo.lint.finding import Finding


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


@pytest.mark.parametrize(
    "expression",
    [
        "time() - timestamp(p_textfile_heartbeat_seq) > 60",
        'time() - timestamp(p_beat{via="push"}) > 60',
        'time() - timestamp(p_beat{job="pushgateway"}) > 60',
        "time() - node_textfile_mtime_seconds > 60",
        "time() - timestamp(up) > 600",
        "time() - timestamp(up) > 300",
        "(time() - timestamp(up)) >= 301",
    ],
)
def test_an_age_that_proves_nothing(expression: str) -> None:
    """Of a scrape, of a file, or one that no sample reaches."""
    (one,) = found(expression)
    assert one.severity == "warning"


@pytest.mark.parametrize(
    "expression",
    [
        "time() - p_textfile_heartbeat_ts > 120",
        "time() - timestamp(up) > 60",
        "time() - timestamp(up) < 600",
        "time() - timestamp(up) >= 300",
        "time() - timestamp(up offset 1h) > 600",
        "time() - push_time_seconds > 600",
        "absent(node_textfile_mtime_seconds)",
        "timestamp(sum(p_textfile_x)) > 1",
        'timestamp(x{via!="push"}) > 1',
    ],
)
def test_an_age_that_may_prove_something(expression: str) -> None:
    """The writer's own time, or one that is bounded by the lookback."""
    assert found(expression) == ()


def test_the_lookback_of_the_server_counts() -> None:
    """A longer one makes older samples visible."""
    assert found("time() - timestamp(up) > 600", lookback=timedelta(minutes=15)) == ()
