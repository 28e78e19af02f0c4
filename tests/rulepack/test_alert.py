"""Alerts come from the policy's own conditions with a single comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gonogo.model.policy import Scope, Signal
from gonogo.rulepack.alert import Watch, absence_alert, violation_alerts, violations
from tests.rulepack.policies import gate, preset_policy

A = Signal("a", "duri_a")
B = Signal("b", "duri_b", scope=Scope.SHARED)
WATCH = (Watch("a", "ABad", "A is bad."),)


def test_conditions_of_several_terms_make_no_alert() -> None:
    """Only the judge evaluates ``or`` and ``falling``."""
    assert violations(gate("g", ["a <= 1 or b <= 1", "falling(a, 5m)"]), "a") == ()


@pytest.mark.parametrize(
    ("required", "violated"),
    [
        ("a == 1", "a != 1 for 10m"),
        ("a != 1", "a == 1 for 10m"),
        ("a < 1", "a >= 1 for 10m"),
        ("a <= 1", "a > 1 for 10m"),
        ("a > 1", "a <= 1 for 10m"),
        ("a >= 1", "a < 1 for 10m"),
        ("a >= 1 for 3m", "a < 1 for 3m"),
    ],
)
def test_a_requirement_is_turned_around_where_nothing_else_is_said(required: str, violated: str) -> None:
    """The alert waits for the default time, unless the requirement has its own."""
    (found,) = violations(gate("g", [required]), "a")
    assert (str(found.comparison), found.severity) == (violated, "warning")


def test_aborts_are_critical_and_warnings_are_warnings() -> None:
    """Each condition makes one alert, even if the policy repeats it, and the requirement makes none."""
    asked = gate("g", ["a <= 1"], abort=["a > 3 for 5m", "a > 3 for 5m", "b > 1"], warn=["a > 2"])
    assert [(str(v.comparison), v.severity) for v in violations(asked, "a")] == [
        ("a > 3 for 5m", "critical"),
        ("a > 2", "warning"),
    ]


def test_a_gate_that_the_policy_does_not_have_makes_no_alert() -> None:
    """Without the gate nobody expects an alert."""
    policy = replace(preset_policy(), gates=())
    assert violation_alerts(policy, "g", (A,), WATCH) == ()
    assert absence_alert(policy, "g", (A,), "AAbsent", "A is gone.") == ()


def test_an_alert_watches_the_series_that_the_policy_means() -> None:
    """The alert watches the metric that the policy gives the signal."""
    moved = Signal("a", "own_metric", {"job": "x"})
    policy = replace(preset_policy(), gates=(gate("g", ["a <= 1"]),), signals={"a": moved})
    (told,) = violation_alerts(policy, "g", (A,), WATCH)
    assert told.expression == 'own_metric{job="x",metric_realm="prod"} > 1'
    assert told.held == timedelta(minutes=10)
    assert told.annotations["runbook_url"] == "docs/ops/g.md"


def test_absence_is_asked_of_every_required_signal() -> None:
    """Signals of other gates make no alert, and shared signals make one."""
    policy = replace(
        preset_policy(), subjects=("service",), gates=(gate("g", ["a <= 1", "b <= 1 or a > 3", "other == 1"]),)
    )
    (told,) = absence_alert(policy, "g", (A, B), "GAbsent", "Something is gone.")
    beating = 'group by (metric_realm, service) (duri_heartbeat_ok{metric_realm="prod"})'
    seen = 'group by (metric_realm, service) (duri_a{metric_realm="prod"})'
    assert told.expression.splitlines() == [
        'absent(duri_a{metric_realm="prod"})',
        f"or ({beating} unless {seen})",
        'or absent(duri_b{metric_realm="prod"})',
    ]
