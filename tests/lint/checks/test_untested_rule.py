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


def test_without_tests_nothing_is_found() -> None:
    """Without known tests the check finds nothing."""
    assert list(CHECK.find(estate_of(Example({"r.yml": RULES})))) == []


def test_a_test_of_an_alert_tests_the_rules_below_it() -> None:
    """All rules below a tested alert are tested. Others are not."""
    assert untested("alert_rule_test: [{alertname: High, exp_alerts: [{}]}]") == ["other"]


def test_an_expression_in_a_test_tests_the_rules_that_it_reads() -> None:
    """All rules below them count as tested as well."""
    found = untested("promql_expr_test: [{expr: 'raw:twice > 0', exp_samples: [{labels: 'raw:twice', value: 1}]}]")
    assert found == ["other", "High"]


def test_the_series_of_alerts_test_the_alert() -> None:
    """``ALERTS`` with a name tests that alert."""
    assert untested("promql_expr_test: [{expr: 'ALERTS{alertname=\"High\"}'}]") == ["other"]


def test_an_invalid_expression_tests_nothing() -> None:
    """Promtool fails such a test."""
    assert len(untested("promql_expr_test: [{expr: 'raw:twice >'}]")) == 4


def test_a_rule_with_quiet_assertions_only_is_not_found() -> None:
    """Such a rule is a finding of ``negative-only-test``."""
    assert untested("alert_rule_test: [{alertname: High}]") == ["other"]


def test_a_rule_that_two_assertions_reach_is_tested() -> None:
    """The record is tested by its own assertion and by the alert's."""
    alert = "alert_rule_test: [{alertname: High, exp_alerts: [{}]}]"
    assert untested(f"{alert}, promql_expr_test: [{{expr: raw:sum, exp_samples: [{{labels: raw:sum}}]}}]") == ["other"]
