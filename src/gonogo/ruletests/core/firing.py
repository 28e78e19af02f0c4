"""Finds the alerts that some test expects to fire, and those that some test expects not to fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gonogo.formats.test_file import AlertAssertion, ExpressionAssertion, UnitFile
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.parser import parse
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import NAME_LABEL, Vector

_FIRING = {NAME_LABEL: "ALERTS", "alertstate": "firing"}


def expects_firing(units: Iterable[UnitFile], rule: Rule) -> bool:
    """Return True if some assertion expects the alert to fire, with the labels that this rule gives it."""
    return any(expectation(one, rule) is True for unit in units for one in _assertions(unit))


def expects_quiet(units: Iterable[UnitFile], rule: Rule) -> bool:
    """Return True if some assertion expects the alert not to fire, with the labels that this rule gives it."""
    return any(expectation(one, rule) is False for unit in units for one in _assertions(unit))


def _assertions(unit: UnitFile) -> Iterator[AlertAssertion | ExpressionAssertion]:
    for test in unit.tests:
        yield from test.alerts
        yield from test.expressions


def expectation(one: AlertAssertion | ExpressionAssertion, rule: Rule) -> bool | None:
    """Return True if an assertion expects the alert, False if it expects no such alert, None if neither."""
    if rule.kind is not RuleKind.ALERT:
        return None
    if isinstance(one, AlertAssertion):
        if one.alertname != rule.name:
            return None
        return any(_fits(expected.labels, rule) for expected in one.expected)
    try:
        root = parse(one.expression)
    except ValueError:
        return None
    certain = {**_FIRING, "alertname": rule.name, **fixed_labels(rule)}
    if not isinstance(root, Vector) or root.metric != "ALERTS" or not Selector.of(root).may_match(certain):
        return None
    return bool(one.expected)


def _fits(labels: Mapping[str, str], rule: Rule) -> bool:
    return all(labels.get(name) == value for name, value in fixed_labels(rule).items())


def fixed_labels(rule: Rule) -> dict[str, str]:
    """Return the labels that are the same in all alerts of a rule."""
    return {name: value for name, value in rule.labels.items() if value and "{{" not in value}
