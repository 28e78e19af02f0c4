"""Tests of ``untested-rule``: rules that no assertion reaches."""

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
    """Return the rules found with one test that has these assertions."""
    unit = f"rule_files: [r.yml]\ntests: [{{interval: 1m, {assertions}}}]\n"
    return [hit.rule for hit in CHECK.find(estate_of(Example({"r.yml": RULES, "r_test.yml": unit})))]


def test_without_tests_nothing_is_said() -> None:
    """Without known tests the check finds nothing."""
    assert list(CHECK.find(estate_of(Example({"r.yml": RULES})))) == []


def test_what_an_alert_reads_is_tested_with_it() -> None:
    """All rules below a tested alert are tested. Others are not."""
    assert untested("alert_rule_test: [{alertname: High, exp_alerts: [{}]}]") == ["other"]


def test_an_expression_tests_what_it_reads() -> None:
    """An expression tests the rules that it reads, and all rules below."""
    found = untested("promql_expr_test: [{expr: 'raw:twice > 0', exp_samples: [{labels: 'raw:twice', value: 1}]}]")
    assert found == ["other", "High"]


def test_the_series_of_alerts_test_the_alert() -> None:
    """``ALERTS`` with a name tests that alert."""
    assert untested("promql_expr_test: [{expr: 'ALERTS{alertname=\"High\"}'}]") == ["other"]


def test_what_is_no_promql_tests_nothing() -> None:
    """An invalid expression tests nothing. promtool fails it."""
    assert len(untested("promql_expr_test: [{expr: 'raw:twice >'}]")) == 4


def test_expecting_nothing_is_another_finding() -> None:
    """A rule with quiet assertions only is a finding of ``negative-only-test``."""
    assert untested("alert_rule_test: [{alertname: High}]") == ["other"]


def test_what_two_assertions_reach_is_counted_once() -> None:
    """The record is tested by its own assertion and by the alert's."""
    alert = "alert_rule_test: [{alertname: High, exp_alerts: [{}]}]"
    assert untested(f"{alert}, promql_expr_test: [{{expr: raw:sum, exp_samples: [{{labels: raw:sum}}]}}]") == ["other"]
