"""Assertions of "nothing": those that can fail, and those that another assertion of the file proves."""

from __future__ import annotations

import pytest

from gonogo.ruletests.silent.passes import silent_passes
from tests.ruletests.core.loading import load_text

RULES = """[{name: a, rules: [{record: job:x, expr: sum by (job) (x)}, {alert: High, expr: 'job:x{job="a"} > 1'},
  {alert: Both, expr: sum(x) > 1 or sum(y) > 1}, {alert: Gone, expr: absent(x)}]}]"""
FED = "input_series: [{series: 'x{job=\"a\"}', values: 5x10}]"
QUIET = "{alertname: High, eval_time: 5m}"
FIRING = "{alertname: High, eval_time: 5m, exp_alerts: [{}]}"


def found(*tests: str, rules: str = RULES) -> list[tuple[str, int]]:
    """Return the findings in tests, one a line, and the numbers of their tests."""
    lines = "".join(f"  - {{interval: 1m, {one}}}\n" for one in tests)
    return [
        (one.silent_pass, int(str(one.problem.where).split(":")[1]) - 3)
        for one in silent_passes(load_text(rules, f"tests:\n{lines}"))
    ]


@pytest.mark.parametrize(
    "fed",
    [
        "input_series: []",
        "input_series: [{series: 'x{job=\"b\"}', values: 5x10}]",
        "input_series: [{series: 'x{job=\"a\"}', values: _x6 5x10}]",
    ],
    ids=["nothing", "other-labels", "too-late"],
)
def test_an_alert_that_never_has_data_is_a_finding(fed: str) -> None:
    """Another test of the file may see the alert fire. Then there is no finding."""
    test = f"{fed}, alert_rule_test: [{QUIET}]"
    assert found(test) == [("never-fed", 0)]
    assert found(test, f"{FED}, alert_rule_test: [{QUIET}]") == []
    assert found(test, f"{FED}, alert_rule_test: [{FIRING}]") == []
    assert found(test, f"{FED}, alert_rule_test: [{{alertname: Both, eval_time: 5m}}]") == [("never-fed", 0)]


@pytest.mark.parametrize(
    ("expression", "vouched"),
    [("ALERTS", True), ('ALERTS{alertname=\\"Both\\"}', False), ("job:x", False), ("ALERTS >", False)],
)
def test_an_expression_may_show_that_an_alert_can_fire(expression: str, *, vouched: bool) -> None:
    """Expected samples of ``ALERTS`` also show that an alert can fire."""
    seen = f'{FED}, promql_expr_test: [{{expr: "{expression}", eval_time: 5m, exp_samples: [{{}}]}}]'
    assert found(f"alert_rule_test: [{QUIET}]", seen) == ([] if vouched else [("never-fed", 0)])


def test_an_expression_without_data_is_a_finding() -> None:
    """An assertion at a time with data proves an expression, and a metric that nothing makes is reported once."""
    quiet = "promql_expr_test: [{expr: job:x > 1, eval_time: 5m}]"
    assert found(f"input_series: [{{series: x, values: _x6 5x5}}], {quiet}") == [("never-fed", 0)]
    other = "{expr: vector(1), eval_time: 9m, exp_samples: [{}]}"
    assert found(f"input_series: [{{series: x, values: _x6 5x5}}], {quiet[:-1]}, {other}]") == []
    assert found("promql_expr_test: [{expr: nowhere}, {expr: ALERTS, exp_samples: [{}]}]") == [("unknown-metric", 0)]
    assert found("promql_expr_test: [{expr: absent(nowhere)}, {expr: x >}]") == []


def test_an_alert_with_data_in_one_branch_is_no_finding() -> None:
    """Every branch must be without data: never fed in, or ended."""
    both = "alert_rule_test: [{alertname: Both, eval_time: 30m}, {alertname: Gone, eval_time: 30m}]"
    assert found(f"{FED}, {both}") == [("series-too-short", 0)]
    assert found(f"input_series: [{{series: y, values: 5x40}}], {both}") == []


def test_unread_input_is_a_finding() -> None:
    """The test must also have an alert without data. Without known rules there is no finding."""
    series = "{series: xx, values: 5}, {series: '{a=\"b\"}', values: 5}"
    typo = f"input_series: [{series}], alert_rule_test: [{QUIET}, {QUIET}]"
    good = f"{FED}, alert_rule_test: [{FIRING}]"
    assert found(good, typo) == [("unread-input", 1)]
    assert found(good, typo, "promql_expr_test: [{expr: '{__name__=~\"x.*\"}', exp_samples: [{}]}]") == []
    assert found(good, typo, "promql_expr_test: [{expr: x >, exp_samples: [{}]}]") == []
    assert found(good.replace("5x10}]", "5x10}, {series: scenery, values: 1}]")) == []
    assert ("unread-input", 1) not in found(good, typo, rules=RULES.replace("absent(x)", "absent("))


def test_the_hint_is_the_nearest_name() -> None:
    """Without a near name, the hint is to fix or remove the series."""
    for series, told in (("other", "fix its name, or remove it"), ("job:xx", "did you mean job:x?")):
        test = (
            f"tests: [{{interval: 1m, input_series: [{{series: {series}, values: 5}}], alert_rule_test: [{QUIET}]}}]\n"
        )
        first = next(iter(silent_passes(load_text(RULES, test))))
        assert (first.silent_pass, first.problem.next_step) == ("unread-input", told)
