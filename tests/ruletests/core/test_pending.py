"""Assertions that pass while an alert is pending."""

from __future__ import annotations

from gonogo.formats.yaml import parse
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.pending import pending_problems, probing, suspects
from tests.ruletests.core.loading import load_text

RULES = "[{name: a, rules: [{alert: Slow, expr: x > 1, for: 5m}, {alert: Quick, expr: x > 1}]}]"


def loaded(*assertions: str) -> Loaded:
    """Load one test with these assertions of alerts."""
    series = "input_series: [{series: x, values: 2x9}]"
    return load_text(
        RULES, f"tests: [{{name: n, interval: 1m, {series}, alert_rule_test: [{', '.join(assertions)}]}}]\n"
    )


def test_only_alerts_that_wait_and_are_never_seen_to_fire() -> None:
    """Alerts without ``for``, alerts that a test sees fire, and misspelt names are no suspects."""
    assert suspects(loaded("{alertname: Quick}", "{alertname: Solw}")) == ()
    assert suspects(loaded("{alertname: Slow}", "{alertname: Slow, eval_time: 5m, exp_alerts: [{}]}")) == ()
    (one,) = suspects(loaded("{alertname: Slow, eval_time: 3m}"))
    assert one.query == 'ALERTS{alertname="Slow", alertstate="pending", gonogo_probe!="0"}'


def test_alerts_of_one_name_are_told_apart() -> None:
    """Alerts of one name are distinguished by the labels of their rules, and equal labels are asked for once."""
    held = "{alert: Slow, expr: x > 1, for: 5m, labels: {severity: page, at: '{{ $value }}'}}"
    rules = f"[{{name: a, rules: [{{alert: Slow, expr: x > 1, labels: {{severity: info}}}}, {held}, {held}]}}]"
    info = "{eval_time: 3m, alertname: Slow, exp_alerts: [{exp_labels: {severity: info}}]}"
    tests = f"tests: [{{interval: 1m, input_series: [], alert_rule_test: [{info}]}}]\n"
    (one,) = suspects(load_text(rules, tests))
    assert one.query == 'ALERTS{alertname="Slow", severity="page", alertstate="pending", gonogo_probe!="0"}'
    assert one.alert == 'Slow{severity="page"}'
    page = info.replace("info", "page").replace("3m", "9m")
    assert suspects(load_text(rules, tests.replace(info, f"{info}, {page}"))) == ()


def test_the_probing_file_asks_for_each_of_them() -> None:
    """Each suspect gets a probe in its test, at its time, with the same input."""
    one = loaded("{alertname: Slow, eval_time: 3m}", "{alertname: Slow, eval_time: 4m}")
    suspected = suspects(one)
    written = parse(probing(one, suspected), "").value
    assert isinstance(written, dict)
    (test,) = written["tests"]
    assert [probe["eval_time"] for probe in test["promql_expr_test"]] == ["3m", "4m"]
    assert [probe["expr"] for probe in test["promql_expr_test"]] == [suspect.query for suspect in suspected]
    assert "alert_rule_test" not in test
    assert (test["name"], test["interval"]) == ("n", "1m")


def test_what_was_found_pending() -> None:
    """The number in promtool's output names the suspect."""
    suspected = suspects(loaded("{alertname: Slow, eval_time: 3m}", "{alertname: Slow, eval_time: 4m}"))
    words = r'    expr: "ALERTS{alertname=\"Slow\", alertstate=\"pending\", gonogo_probe!=\"1\"}", time: 4m,'
    (problem,) = pending_problems(suspected, words)
    assert problem.message.startswith("Slow is expected not to fire at 4m, but it is pending then")
