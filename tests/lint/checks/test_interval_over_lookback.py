"""Tests of ``interval-over-lookback``: groups slower than a sample lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.lint.checks.interval_over_lookback import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(*groups: str, **facts: object) -> tuple[Finding, ...]:
    """Lint groups written in YAML's flow style."""
    return findings(estate_of(Example({"rules.yml": f"groups: [{', '.join(groups)}]\n"}, facts)), [CHECK])


SLOW = "{name: slow, interval: 10m, rules: [{record: a, expr: x}, {alert: B, expr: a > 1}]}"


def test_a_slow_group_that_records_is_a_warning() -> None:
    """The group is reported once, at its interval."""
    (one,) = found(SLOW)
    assert (one.severity, one.where.start.column) == ("warning", 23)
    assert "every 10m, and a sample lasts 5m" in one.message


def test_the_lookback_of_the_server_counts() -> None:
    """The server's own lookback counts."""
    assert found(SLOW, lookback=timedelta(minutes=10)) == ()
    assert found(SLOW.replace("10m", "2m"), lookback=timedelta(minutes=1)) != ()


def test_an_instant_reader_of_a_slow_group_keeps_the_warning() -> None:
    """A reader of the instant value sees the gap."""
    readers = "{name: other, rules: [{record: b, expr: 'last_over_time(a[15m])'}, {record: c, expr: a}]}"
    assert [one.severity for one in found(SLOW, readers)] == ["warning"]


@pytest.mark.parametrize("reading", ["last_over_time(a[15m])", "max_over_time((a > 0)[1h:1m])"])
def test_a_slow_group_with_readers_over_a_long_range_is_a_note(reading: str) -> None:
    """The long range bridges the gap between two samples."""
    assert [one.severity for one in found(SLOW, f"{{name: other, rules: [{{record: b, expr: '{reading}'}}]}}")] == [
        "info"
    ]


def test_a_slow_group_of_alerts_is_a_note() -> None:
    """Only the series ``ALERTS`` have gaps."""
    (one,) = found("{name: slow, interval: 1h, rules: [{alert: B, expr: x > 1}]}")
    assert one.severity == "info"
    assert "ALERTS" in one.message


def test_a_group_with_the_default_interval_is_not_found() -> None:
    """The default of one minute is short enough."""
    assert found("{name: g, rules: [{record: a, expr: x}]}") == ()
