"""Tests of ``cross-group-dependency``: records read across groups."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.cross_group_dependency import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(reader: str, interval: str = "1m", own: str = "1m", also: str = "") -> tuple[Finding, ...]:
    """Lint a rule that reads what a group of some interval records."""
    text = f"""\
groups:
  - name: first
    interval: {interval}
    rules: [{{record: a, expr: x, labels: {{side: left}}}}, {{record: b, expr: a}}]
  - {{name: second, interval: {own}, rules: [{also}{{{reader}}}]}}
"""
    return findings(estate_of(Example({"rules.yml": text})), [CHECK])


def test_a_delay_between_groups_is_a_note() -> None:
    """A delay is a note, once for each metric and rule."""
    (one,) = found("record: c, expr: a + a offset 5m + b * 0 + up")[:1]
    assert one.severity == "info"
    assert [hit.rule for hit in found("record: c, expr: a + a offset 5m")] == ["c"]


@pytest.mark.parametrize(("interval", "own"), [("2m", "1m"), ("10m", "10m")])
def test_a_slower_group_or_a_gap_is_a_warning(interval: str, own: str) -> None:
    """A slower group, or a gap between two samples, is a warning."""
    (one,) = found("record: c, expr: a", interval, own)
    assert one.severity == "warning"
    assert ("absent" in one.message) is (interval == "10m")


@pytest.mark.parametrize(
    "reader",
    [
        "alert: C, expr: a > 1",
        "record: c, expr: 'max_over_time(a[1m])'",
        "record: c, expr: 'max_over_time((a > 0)[5m:])'",
        "record: c, expr: 'a{side=\"right\"}'",
        "record: c, expr: up",
        "record: c, expr: a +",
    ],
)
def test_alerts_long_ranges_and_other_series_are_not_found(reader: str) -> None:
    """Alerts are not checked, and a long range shows that the author knew about the delay."""
    assert found(reader) == ()


def test_a_record_that_the_own_group_also_makes_is_not_found() -> None:
    """A record of the rule's own group is read in order."""
    assert found("record: c, expr: a", also="{record: a, expr: y}, ") == ()


def test_the_slowest_of_several_groups_is_reported() -> None:
    """The group with the longest interval is reported."""
    text = """\
groups:
  - {name: quick, interval: 30s, rules: [{record: a, expr: x}]}
  - {name: slow, interval: 4m, rules: [{record: a, expr: y}]}
  - {name: middle, interval: 1m, rules: [{record: a, expr: z}]}
  - {name: reader, interval: 1m, rules: [{record: c, expr: a}]}
"""
    (one,) = findings(estate_of(Example({"rules.yml": text})), [CHECK])
    assert "'slow'" in one.message
