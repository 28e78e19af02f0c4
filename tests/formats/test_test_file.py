"""Tests of reading promtool's test files: all parts with their places, and no guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.errors import Position
from gonogo.formats.test_file import is_unit, read_unit

TEXT = """\
rule_files:
  - ../rules/*.yml
evaluation_interval: 30s
group_eval_order: [b, a]
tests:
  - name: busy
    interval: 15s
    input_series:
      - series: up{job="a"}
        values: 1x4
    alert_rule_test:
      - eval_time: 1m
        alertname: Down
        exp_alerts:
          - exp_labels: {severity: page}
            exp_annotations: {summary: it is down}
    promql_expr_test:
      - expr: up
        eval_time: 30s
        exp_samples:
          - labels: up{job="a"}
            value: 1.10
"""


def test_everything_is_read_with_its_place() -> None:
    """Every part keeps its spelling."""
    unit = read_unit(TEXT, "a_test.yml")
    (entry,) = unit.rule_files
    assert (entry.pattern, entry.where) == ("../rules/*.yml", Position("a_test.yml", 2, 5))
    assert (unit.evaluation_interval, unit.group_eval_order) == (timedelta(seconds=30), ("b", "a"))
    (test,) = unit.tests
    assert (test.name, test.interval, test.where.line) == ("busy", timedelta(seconds=15), 6)
    assert (test.series[0].series, test.series[0].values) == ('up{job="a"}', "1x4")
    (alert,) = test.alerts
    assert (alert.alertname, alert.at, alert.where.line) == ("Down", timedelta(minutes=1), 12)
    assert dict(alert.expected[0].labels) == {"severity": "page"}
    assert dict(alert.expected[0].annotations) == {"summary": "it is down"}
    (expression,) = test.expressions
    assert (expression.expression, expression.at) == ("up", timedelta(seconds=30))
    assert (expression.expected[0].labels, expression.expected[0].value) == ('up{job="a"}', "1.10")
    assert (len(test.assertions), test.last) == (2, timedelta(minutes=1))


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "tests: 1\n", "tests: [1]\nrule_files: {a: b}\n"])
def test_missing_parts_of_a_test_file_are_left_out(text: str) -> None:
    """The reader refuses no file, because promtool does that."""
    unit = read_unit(text, "a_test.yml")
    assert unit.rule_files == ()
    assert [one for test in unit.tests for one in test.assertions] == []
    assert unit.evaluation_interval == timedelta(minutes=1)


def test_odd_values_are_left_out() -> None:
    """The values are an entry of null, an invalid duration, and labels that are a list."""
    tests = "- alert_rule_test: [{exp_alerts: [{exp_labels: [a]}]}]"
    text = f"rule_files: [null, a.yml]\nevaluation_interval: soon\ntests:\n{tests}\n"
    unit = read_unit(text, "a_test.yml")
    assert [entry.pattern for entry in unit.rule_files] == ["a.yml"]
    (test,) = unit.tests
    assert (test.interval, test.last) == (timedelta(0), timedelta(0))
    assert test.alerts[0].expected[0].labels == {}


def test_invalid_yaml_in_a_test_file_is_a_problem() -> None:
    """The problem has its place."""
    (problem,) = read_unit("tests: [\n", "a_test.yml").problems
    assert problem.where is not None
    assert problem.where.path == "a_test.yml"


def test_a_second_document_of_a_test_file_is_noticed() -> None:
    """Only the first document is read, as in promtool."""
    unit = read_unit(f"{TEXT}---\ntests: []\n", "a_test.yml")
    assert unit.second_document == Position("a_test.yml", 24, 1)
    assert len(unit.tests) == 1
    assert unit.problems == ()


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (None, False),
        ([], False),
        ({"groups": []}, False),
        ({"tests": [1, {"name": "x"}]}, False),
        ({"tests": [{"promql_expr_test": []}]}, True),
        ({"rule_files": ["a"], "tset": []}, True),
        ({"rule_files": ["a"], "scrape_configs": []}, False),
    ],
)
def test_a_test_file_is_recognised_by_its_keys(content: object, *, is_one: bool) -> None:
    """A server's configuration names rule files as well, and is not a test file."""
    assert is_unit(content) is is_one
