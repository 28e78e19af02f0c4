"""Tests of ``scrape-interval-over-lookback``: jobs scraped too rarely."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.lint.checks.scrape_interval_over_lookback import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(text: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a configuration."""
    return findings(estate_of(Example({"prometheus.yml": text}, facts)), [CHECK])


def job(interval: str) -> str:
    """Write a configuration with one job."""
    return f"scrape_configs:\n  - job_name: disks\n    scrape_interval: {interval}\n"


@pytest.mark.parametrize(
    ("interval", "severity"), [("5m", "error"), ("1h", "error"), ("121s", "warning"), ("4m", "warning")]
)
def test_a_job_that_is_scraped_too_rarely_is_found(interval: str, severity: str) -> None:
    """An interval from the lookback on is an error, and over two minutes a warning."""
    (one,) = found(job(interval))
    assert (one.severity, one.where.start.line) == (severity, 3)


def test_a_job_that_is_scraped_often_enough_is_not_found() -> None:
    """Two minutes are often enough. Without a configuration the check finds nothing."""
    assert found(job("2m")) == ()
    assert findings(estate_of(Example({})), [CHECK]) == ()


def test_a_long_global_interval_is_found_where_it_is_written() -> None:
    """The finding is at the global interval if the job has none."""
    (one,) = found("global: {scrape_interval: 10m}\nscrape_configs: [{job_name: a}]\n")
    assert (one.where.start.line, one.where.start.column) == (1, 27)


@pytest.mark.parametrize(
    ("interval", "gone"),
    [("121s", "after 2 failed scrapes"), ("150s", "after 2 failed"), ("3m", "after one failed scrape")],
)
def test_the_message_says_how_many_failed_scrapes_end_the_series(interval: str, gone: str) -> None:
    """The message says after how many failed scrapes the series are absent."""
    (one,) = found(job(interval))
    assert gone in one.message


def test_the_lookback_of_the_server_counts() -> None:
    """A longer lookback allows a longer interval."""
    longer = timedelta(minutes=15)
    assert found(job("6m"), lookback=longer) == ()
    assert [one.severity for one in found(job("7m"), lookback=longer)] == ["warning"]
    assert [one.severity for one in found(job("30s"), lookback=timedelta(seconds=30))] == ["error"]
