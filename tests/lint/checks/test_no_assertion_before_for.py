"""Tests of ``no-assertion-before-for``: alerts whose ``for`` no test checks."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.no_assertion_before_for import CHECK
from gonogo.lint.core.check import Example
from tests.example_estate import estate_of

RULES = "groups: [{name: a, rules: [{alert: High, expr: raw > 1FOR}]}]\n"
FIRES = "{eval_time: 9m, alertname: High, exp_alerts: [{}]}"


def found(*tests: str, held: str = ", for: 5m") -> list[int]:
    """Return the columns of the findings. Each string holds the alert assertions of one test."""
    listed = ", ".join(f"{{interval: 1m, alert_rule_test: [{one}]}}" for one in tests)
    files = {"r.yml": RULES.replace("FOR", held), "r_test.yml": f"rule_files: [r.yml]\ntests: [{listed}]\n"}
    return [hit.where.start.column for hit in CHECK.find(estate_of(Example(files)))]


def test_without_tests_nothing_is_found() -> None:
    """Without known tests the check finds nothing."""
    assert list(CHECK.find(estate_of(Example({"r.yml": RULES.replace("FOR", ", for: 5m")})))) == []


def test_an_alert_that_tests_never_see_waiting_is_found() -> None:
    """The finding is at ``for``. A quiet assertion after ``for``, or with other input, does not count."""
    assert found(FIRES) == [57]
    assert found(FIRES, "{eval_time: 9m, alertname: High}") == [57]


@pytest.mark.parametrize(
    "tests",
    [
        (f"{{eval_time: 8m, alertname: High}}, {FIRES}",),
        (FIRES, "{eval_time: 4m, alertname: High}"),
        ("{eval_time: 9m, alertname: High}",),
        (),
    ],
    ids=["earlier-in-its-test", "before-for", "only-quiet", "no-test"],
)
def test_an_alert_that_waits_or_never_fires_in_tests_is_not_found(tests: tuple[str, ...]) -> None:
    """An alert that tests see waiting, or never see firing, is not found."""
    assert found(*tests) == []


def test_an_alert_without_for_is_not_found() -> None:
    """The alert fires in its test, and has no ``for`` to check."""
    assert found(FIRES, held="") == []
