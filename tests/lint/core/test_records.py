"""Tests of selectors that read recorded series."""

from __future__ import annotations

from datetime import timedelta

from gonogo.lint.core.check import Example
from gonogo.lint.core.records import readings
from tests.example_estate import estate_of

TEXT = """\
groups:
  - name: first
    rules:
      - {record: a, expr: x, labels: {side: left}}
      - {record: b, expr: 'a + rate(a[5m])'}
  - name: second
    rules:
      - {record: c, expr: 'max_over_time((rate(a[5m]) - b)[1h:1m]) + a{side="right"} + a{side=~"l.*"} + y'}
      - {alert: D, expr: '{side="left"} > b{side="left"}'}
      - {record: broken, expr: 'a +'}
"""


def test_readings_have_their_span_and_groups() -> None:
    """A contradicting static label, or a selector without a name, is no reading."""
    found = readings(estate_of(Example({"rules.yml": TEXT})))
    assert [(one.reader.name, one.record.name, one.span, one.in_one_group) for one in found] == [
        ("b", "a", timedelta(0), True),
        ("b", "a", timedelta(minutes=5), True),
        ("c", "a", timedelta(hours=1, minutes=5), False),
        ("c", "b", timedelta(hours=1), False),
        ("c", "a", timedelta(0), False),
        ("D", "b", timedelta(0), False),
    ]
