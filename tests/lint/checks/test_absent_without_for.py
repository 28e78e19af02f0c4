"""Tests of ``absent-without-for``: an alert on absence needs a waiting time and an argument that can be empty."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.absent_without_for import CHECK
from tests.lint.core.short_rules import alert, found, record, severities

MINUTE = "global: {scrape_interval: 1m}\nscrape_configs: [{job_name: web}]\n"


@pytest.mark.parametrize(
    ("expression", "held", "configuration", "count"),
    [
        ("absent(x)", "", "", 1),
        ("absent(x)", "1s", "", 0),
        ("absent(x) or absent(y)", "", "", 2),
        ("y > 0 and on () absent(x)", "", "", 1),
        ("y > 0 unless on () absent(x)", "", "", 0),
        ("absent(x) unless on () y", "", "", 1),
        ("absent(sum(x) > 5)", "", "", 1),
        ("absent_over_time(x[10m])", "", "", 0),
        ("absent_over_time(x[5m:1m])", "", "", 0),
        ("absent(x)", "90s", MINUTE, 1),
        ("absent(x)", "2m", MINUTE, 0),
        ("absent(sum(x))", "1s", MINUTE, 0),
        ("absent_over_time(x[90s])", "", MINUTE, 1),
        ("absent_over_time(x[90s])", "30s", MINUTE, 0),
        ("x > 1", "", MINUTE, 0),
        ("sum(", "", "", 0),
    ],
)
def test_an_alert_on_absence_waits_two_scrapes(expression: str, held: str, configuration: str, count: int) -> None:
    """The wait must be two scrapes if the interval is known, else any time. A window counts as waiting time."""
    assert severities(CHECK, alert("A", expression, held), configuration=configuration) == ["warning"] * count


@pytest.mark.parametrize(
    ("argument", "never"),
    [
        ("x or vector(0)", True),
        ("vector(0) or x", True),
        ("sum(x or vector(0))", True),
        ("-(x or vector(0))", True),
        ("(x or vector(0)) * 2", True),
        ("2 * (x or vector(0))", True),
        ("vector(1) / x", False),
        ("x / vector(1)", False),
        ("(x or vector(0)) > 0", False),
        ("x or y", False),
    ],
)
def test_an_argument_that_is_never_empty_is_found(argument: str, never: bool) -> None:  # noqa: FBT001  # the expectation
    """An argument that is never empty is found, with any ``for``."""
    told = found(CHECK, alert("A", f"absent({argument})", "1h"))
    assert [one.message for one in told] == (
        ["the argument of absent is never empty, so the alert never fires; remove the fallback"] if never else []
    )


def test_a_subquery_that_is_never_empty_is_found() -> None:
    """A subquery is never empty if its inner expression is never empty."""
    assert severities(CHECK, alert("A", "absent_over_time((x or vector(0))[5m:1m])", "5m")) == ["warning"]


def test_recording_rules_are_not_found() -> None:
    """Recording rules raise no alert, so they are not checked."""
    assert severities(CHECK, record("r", "absent(x)")) == []
