"""Tests of ``realm-missing``: signals without the realm label."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.realm_missing import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.interest import Interest
from gonogo.model.finding import Finding
from tests.example_estate import estate_of

INTEREST = Interest("metric_realm", "prod", frozenset({"p_ok", "p_other"}))


def found(rules: str, interest: Interest | None = INTEREST, *, complete: bool = True) -> tuple[Finding, ...]:
    """Lint some rules, written in YAML's flow style."""
    files = {"rules.yml": f"groups: [{{name: g, rules: [{rules}]}}]\n"}
    return findings(estate_of(Example(files, {"interest": interest, "complete": complete})), [CHECK])


@pytest.mark.parametrize(
    "rule",
    [
        "{record: p_ok, expr: sum(x)}",
        "{record: p_ok, expr: max by (job) (x)}",
        "{record: p_ok, expr: vector(1)}",
        "{record: p_ok, expr: sum without (metric_realm) (x)}",
        "{record: p_ok, expr: sum(x) or max(y)}",
        "{record: p_ok, expr: x, labels: {metric_realm: ''}}",
        "{record: half, expr: sum(x)}, {record: p_ok, expr: half * 2}",
    ],
)
def test_a_signal_that_cannot_have_the_realm_label_is_found(rule: str) -> None:
    """A signal is found in each way to lose the label."""
    (one,) = found(rule)
    assert one.rule == "p_ok"
    assert "can have the label metric_realm" in one.message


@pytest.mark.parametrize(
    "rule",
    [
        "{record: p_ok, expr: x}",
        "{record: p_ok, expr: sum by (metric_realm) (x)}",
        "{record: p_ok, expr: sum(x), labels: {metric_realm: prod}}",
        "{record: p_ok, expr: sum(x) or y}",
        "{record: unread, expr: sum(x)}",
        "{alert: p_ok, expr: sum(x) > 1}",
        "{record: p_ok, expr: sum(}",
        "{record: p_ok, expr: sum(x), labels: {metric_realm: test}}, {record: p_ok, expr: x}",
    ],
)
def test_a_signal_that_may_have_the_realm_label_is_not_found(rule: str) -> None:
    """A signal that may have the label, and a record that is not a signal, are not found."""
    assert found(rule) == ()


def test_a_signal_with_only_another_realm_is_found() -> None:
    """A signal is found if no rule records the policy's realm."""
    (one,) = found("{record: p_ok, expr: sum(x), labels: {metric_realm: test}}")
    assert "metric_realm='prod'" in one.message


def test_without_a_policy_nothing_is_found() -> None:
    """The lint knows no signals then."""
    assert found("{record: p_ok, expr: sum(x)}", None) == ()


def test_a_record_that_other_rules_may_make_is_not_found() -> None:
    """If not all rules of the server are known, the check finds nothing."""
    rules = "{record: half, expr: sum(x)}, {record: p_ok, expr: half * 2}"
    assert len(found(rules)) == 1
    assert found(rules, complete=False) == ()


def test_a_policy_without_a_realm_needs_no_label() -> None:
    """No signal of the policy is found."""
    assert not found("{record: p_ok, expr: sum(x)}", Interest("metric_realm", None, frozenset({"p_ok"})))


LAUNDERED = [
    "{record: p_ok, expr: 'max(dev{metric_realm=\"dev\"})', labels: {metric_realm: prod}}",
    '{record: p_ok, expr: \'label_replace(dev{metric_realm="dev"}, "metric_realm", "prod", "", "")\'}',
    (
        "{record: half, expr: 'dev{metric_realm=~\"dev|test\"}'}, "
        "{record: p_ok, expr: sum(half), labels: {metric_realm: prod}}"
    ),
]


@pytest.mark.parametrize("rule", LAUNDERED)
def test_a_signal_made_of_another_realm_is_found(rule: str) -> None:
    """The result has the policy's realm, and its value comes from elsewhere."""
    (one,) = found(rule)
    assert "the signal p_ok is made of series of another realm than 'prod'" in one.message


@pytest.mark.parametrize(
    "selector",
    ["x", 'x{metric_realm=""}', 'x{metric_realm="prod"}', 'x{metric_realm=~"prod|dev"}', 'x{metric_realm!="dev"}'],
)
def test_series_that_may_have_no_realm_or_this_one_are_not_found(selector: str) -> None:
    """Only a certain case is reported."""
    assert not found(f"{{record: p_ok, expr: 'max({selector})', labels: {{metric_realm: prod}}}}")
