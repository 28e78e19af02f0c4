"""Tests of ``negative-only-test``: rules whose assertions all expect silence."""

from __future__ import annotations

from gonogo.lint.checks.negative_only_test import CHECK
from gonogo.lint.core.check import Example
from tests.example_estate import estate_of

RULES = """\
groups:
  - name: a
    rules:
      - {record: raw:sum, expr: sum(raw)}
      - {alert: High, expr: raw:sum > 1}
      - {alert: Low, expr: raw < 1}
"""


def found(*assertions: str) -> list[tuple[str, str]]:
    """Return rule and message of each finding. Each assertion is a test of its own."""
    tests = ", ".join(f"{{interval: 1m, {one}}}" for one in assertions)
    unit = f"rule_files: [r.yml]\ntests: [{tests}]\n"
    return [(hit.rule, hit.message) for hit in CHECK.find(estate_of(Example({"r.yml": RULES, "r_test.yml": unit})))]


def test_without_tests_nothing_is_found() -> None:
    """Without known tests the check finds nothing."""
    assert list(CHECK.find(estate_of(Example({"r.yml": RULES})))) == []


def test_a_record_that_only_has_empty_expectations_is_found() -> None:
    """The message has its own words for records."""
    ((rule, message),) = found("promql_expr_test: [{expr: 'raw:sum'}]")
    assert (rule, "add a test in which it gives a result" in message) == ("raw:sum", True)


def test_an_alert_that_only_has_quiet_assertions_is_found() -> None:
    """Only the alert is reported, not the records that it reads or rules without a test."""
    ((rule, message),) = found("alert_rule_test: [{alertname: High}]")
    assert (rule, "add a test in which it fires" in message) == ("High", True)


def test_a_record_below_a_firing_alert_is_not_found() -> None:
    """An alert that fires proves that its record had a value."""
    assert (
        found("promql_expr_test: [{expr: 'raw:sum'}]", "alert_rule_test: [{alertname: High, exp_alerts: [{}]}]") == []
    )
