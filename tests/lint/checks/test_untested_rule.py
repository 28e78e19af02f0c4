"""``untested-rule``: which assertions count as being about a rule."""

from __future__ import annotations

from gonogo.lint.checks.untested_rule import CHECK
from gonogo.lint.core.check import Example
from tests.example_estate import estate_of

RULES = """\
groups:
  - name: a
    rules:
      - {record: raw:sum, expr: sum(raw)}
      - {record: raw:twice, expr: raw:sum * 2}
      - {record: other, expr: raw}
      - {alert: High, expr: raw:twice > 1}
"""


def untested(assertions: str) -> list[str]:
    """Name the rules found with one test that asserts this."""
    unit = f"rule_files: [r.yml]\ntests: [{{interval: 1m, {assertions}}}]\n"
    return [hit.rule for hit in CHECK.find(estate_of(Example({"r.yml": RULES, "r_test.yml": unit})))]


def test_without_tests_nothing_is_said() -> None:
    """Nobody said where they are."""
    assert list(CHECK.find(estate_of(Example({"r.yml": RULES})))) == []


def test_what_an_alert_reads_is_tested_with_it() -> None:
    """Down to the first rule; what nothing reads is not."""
    assert untested("alert_rule_test: [{alertname: High, exp_alerts: [{}]}]") == ["other"]


def test_an_expression_tests_what_it_reads() -> None:
    """And what that is made of."""
    found = untested("promql_expr_test: [{expr: 'raw:twice > 0', exp_samples: [{labels: 'raw:twice', value: 1}]}]")
    assert found == ["other", "High"]


def test_the_series_of_alerts_test_the_alert() -> None:
    """``ALERTS`` names it."""
    assert untested("promql_expr_test: [{expr: 'ALERTS{alertname=\"High\"}'}]") == ["other"]


def test_what_is_no_promql_tests_nothing() -> None:
    """Promtool fails it."""
    assert len(untested("promql_expr_test: [{expr: 'raw:twice >'}]")) == 4


def test_expecting_nothing_is_another_finding() -> None:
    """``negative-only-test`` says it."""
    assert untested("alert_rule_test: [{alertname: High}]") == ["other"]


def test_what_two_assertions_reach_is_counted_once() -> None:
    """The record is tested by itself, and below the alert."""
    alert = "alert_rule_test: [{alertname: High, exp_alerts: [{}]}]"
    assert untested(f"{alert}, promql_expr_test: [{{expr: raw:sum, exp_samples: [{{labels: raw:sum}}]}}]") == ["other"]
