"""Tests of ``window-lt-2x-scrape``: windows compared with the proven interval."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.window_lt_2x_scrape import CHECK
from tests.lint.core.short_rules import found, record, severities

FAST = "global: {scrape_interval: 15s, evaluation_interval: 30s}\nscrape_configs: [{job_name: web}]\n"
MIXED = FAST.replace("[{job_name: web}]", "[{job_name: web}, {job_name: slow, scrape_interval: 2m}]")
OUTSIDE = FAST + "remote_read: [{url: 'http://127.0.0.1'}]\n"


@pytest.mark.parametrize(
    ("expression", "configuration", "severity"),
    [
        ("rate(x_total[29s])", FAST, ["error"]),
        ("rate(x_total[30s])", FAST, ["warning"]),
        ("rate(x_total[59s])", FAST, ["warning"]),
        ("rate(x_total[1m])", FAST, []),
        ("deriv(x[10s]) + changes(x[10s])", FAST, ["error", "error"]),
        ("max_over_time(x[10s])", FAST, []),
        ('rate({__name__="x_total", job=~"w.*"}[10s])', FAST, ["error"]),
        ('rate({__name__=~"x.*"}[10s])', FAST, []),
        ("rate(x_total[3m])", MIXED, ["info"]),
        ("rate(x_total[4m])", MIXED, []),
        ('rate(x_total{job="web"}[3m])', MIXED, []),
        ('rate(x_total{job="slow"}[3m])', MIXED, ["error"]),
        ('rate(x_total{job="relabelled"}[20s])', MIXED, ["error"]),
        ("rate(x_total[10s])", OUTSIDE, []),
        ('rate(x_total{job="web"}[10s])', OUTSIDE, ["error"]),
        ('rate(x_total{job="other"}[10s])', OUTSIDE, []),
        ("rate(x_total[90s])", "global: {scrape_interval: 1m}\n", ["error"]),
        ("rate(x_total[1s])", "", []),
    ],
)
def test_a_window_too_short_for_scraped_series_is_found(
    expression: str, configuration: str, severity: list[str]
) -> None:
    """The finding is an error if the window is too short for every job. An unknown interval is no finding."""
    assert severities(CHECK, record("r", expression), configuration=configuration) == severity


@pytest.mark.parametrize(
    ("interval", "configuration", "severity"),
    [("1m", "", ["error"]), ("20s", "", ["warning"]), ("", "", []), ("", FAST, ["error"]), ("10s", FAST, [])],
)
def test_a_window_too_short_for_recorded_series_is_found(
    interval: str, configuration: str, severity: list[str]
) -> None:
    """The interval of the group counts, or the global interval if it is known."""
    rules = (record("job:x:sum", "sum(x)"), record("r", "delta(job:x:sum[50s])"))
    assert severities(CHECK, *rules, configuration=configuration, interval=interval) == severity


def test_a_selector_that_no_recording_rule_fits_is_not_found() -> None:
    """A selector that no recording rule satisfies has no known interval."""
    rules = (record("job:x:sum", "sum(x)", zone="a"), record("r", 'delta(job:x:sum{zone="b"}[1s])'))
    assert severities(CHECK, *rules, interval="1m") == []


@pytest.mark.parametrize(
    ("expression", "configuration", "severity"),
    [
        ("deriv(x[1m:40s])", "", ["error"]),
        ("deriv(x[1m:30s])", "", []),
        ("deriv(x[59s:])", "", []),
        ("deriv(x[59s:])", FAST, ["error"]),
        ("max_over_time(x[1m:1m])", "", []),
    ],
)
def test_a_window_too_short_for_the_step_of_a_subquery_is_found(
    expression: str, configuration: str, severity: list[str]
) -> None:
    """The step counts, or the global evaluation interval if it is known."""
    assert severities(CHECK, record("r", expression), configuration=configuration) == severity


def test_the_message_names_function_source_and_safe_window() -> None:
    """The source is the job that gives the samples."""
    (one,) = found(CHECK, record("r", 'rate(x_total{job="slow"}[3m])'), configuration=MIXED)
    assert one.message == (
        "rate needs two samples, but job 'slow' scrapes every 2m, so 3m often holds fewer; look back at least 8m"
    )
    assert one.rule == "r"


def test_an_argument_that_is_not_a_range_is_not_found() -> None:
    """An argument that is not a range has no window."""
    assert severities(CHECK, record("r", "predict_linear(x[5m], 3600)"), configuration=FAST) == []
