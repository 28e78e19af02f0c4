"""Tests of the sampling interval of series."""

from __future__ import annotations

from datetime import timedelta

from gonogo.lint.core.check import Example
from gonogo.lint.core.sampling import Pace, Sampling, readings
from gonogo.promql.parser import parse
from gonogo.promql.tree import Vector
from tests.example_estate import estate_of

CONFIGURATION = """
global: {scrape_interval: 15s, evaluation_interval: 30s}
rule_files: [rules.yml]
scrape_configs:
- {job_name: web, static_configs: [{targets: [a], labels: {zone: a}}]}
- {job_name: slow, scrape_interval: 2m}
"""
RULES = """
groups:
- {name: quick, interval: 5s, rules: [{record: x, expr: y, labels: {level: one}}]}
- {name: usual, rules: [{record: x, expr: z, labels: {level: all}}]}
"""
WEB = Pace(timedelta(seconds=15), "job 'web' scrapes")
SLOW = Pace(timedelta(minutes=2), "job 'slow' scrapes")
QUICK = Pace(timedelta(seconds=5), "group 'quick' is evaluated")
USUAL = Pace(timedelta(seconds=30), "group 'usual' is evaluated")


def paces(selector: str, files: dict[str, str] | None = None) -> tuple[Pace, ...]:
    """Return a selector's paces under the rules above, by default with the configuration."""
    vector = parse(selector)
    assert isinstance(vector, Vector)
    example = Example(files or {"prometheus.yml": CONFIGURATION, "rules.yml": RULES})
    return Sampling(estate_of(example)).paces(vector)


def test_without_a_name_or_a_configuration_no_interval_is_known() -> None:
    """The selector needs a name, and scraped series need a configuration."""
    assert paces('{zone="a"}') == ()
    assert paces("y", {"rules.yml": RULES}) == ()


def test_a_recorded_series_has_the_interval_of_its_group() -> None:
    """Each group that the selector can find counts, the quickest first. The global interval is the default."""
    assert paces("x") == (QUICK, USUAL)
    assert paces('x{level="all"}') == (USUAL,)
    assert paces('x{level="none"}') == ()
    assert paces("x", {"rules.yml": RULES}) == ()
    assert paces('x{level="one"}', {"rules.yml": RULES}) == (QUICK,)


def test_a_scraped_series_has_the_interval_of_its_job() -> None:
    """Jobs that contradict the matchers do not count. If none is left, all jobs count, because of relabelling."""
    assert paces("y") == (WEB, SLOW)
    assert paces('y{job="slow"}') == (SLOW,)
    assert paces('y{zone="b"}') == (SLOW,)
    assert paces('y{job="else"}') == (WEB, SLOW)


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


def test_each_reading_of_a_record_has_its_span_and_group() -> None:
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
