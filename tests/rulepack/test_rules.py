"""Alerts are made from the policy's conditions with a single comparison."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule
from gonogo.rulepack.gates import PresetGate
from gonogo.rulepack.rules import alerts, violations
from tests.rulepack.policies import INTERVAL, gate, preset_policy

A = Signal("a", "duri_a")
B = Signal("b", "duri_b", scope=Scope.SHARED)
TEMPLATE = """
rules: []
alerts:
  - {violation: ABad, of: a, summary: A is bad.}
  - {absence: GAbsent, summary: Something is gone.}
"""


def alerts_by_name(policy: Policy, folder: Path) -> dict[str, Rule]:
    """Return the alerts of a gate with the signals A and B, by name."""
    (folder / "g.yml").write_text(TEMPLATE, encoding="utf-8")
    of_template = PresetGate("g", lambda _: (A, B), str(folder / "g"))
    return {rule.name: rule for rule in alerts(of_template, policy, INTERVAL)}


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
def test_a_requirement_without_abort_or_warn_is_negated(required: str, violated: str) -> None:
    """The alert waits for the default time, unless the requirement has its own time."""
    (found,) = violations(gate("g", [required]), "a")
    comparison, severity = found
    assert (str(comparison), severity) == (violated, "warning")


def test_aborts_are_critical_and_warnings_are_warnings() -> None:
    """Each condition makes one alert, even if the policy repeats it. The requirement makes no alert."""
    asked = gate("g", ["a <= 1"], abort=["a > 3 for 5m", "a > 3 for 5m", "b > 1"], warn=["a > 2"])
    assert [(str(comparison), severity) for comparison, severity in violations(asked, "a")] == [
        ("a > 3 for 5m", "critical"),
        ("a > 2", "warning"),
    ]


def test_a_gate_that_the_policy_does_not_have_makes_no_alert(tmp_path: Path) -> None:
    """A policy without the gate gets no alert on its violation or absence."""
    assert alerts_by_name(replace(preset_policy(), gates=()), tmp_path) == {}
    assert alerts_by_name(replace(preset_policy(), gates=(gate("g", ["a <= 1"]),)), tmp_path).keys() == {
        "ABad",
        "GAbsent",
    }


def test_an_alert_watches_the_series_of_the_policy(tmp_path: Path) -> None:
    """The alert reads the metric and the labels that the policy gives the signal."""
    moved = Signal("a", "own_metric", {"job": "x"})
    policy = replace(preset_policy(), gates=(gate("g", ["a <= 1"]),), signals={"a": moved})
    alert = alerts_by_name(policy, tmp_path)["ABad"]
    assert alert.expression == 'own_metric{job="x",metric_realm="prod"} > 1'
    assert alert.held == timedelta(minutes=10)
    assert alert.annotations["runbook_url"] == "docs/ops/g.md"


def test_the_absence_alert_covers_every_required_signal(tmp_path: Path) -> None:
    """Signals of other gates make no alert. A shared signal makes one term without subjects."""
    policy = replace(
        preset_policy(), subjects=("service",), gates=(gate("g", ["a <= 1", "b <= 1 or a > 3", "other == 1"]),)
    )
    beating = 'group by (metric_realm, service) (duri_heartbeat_ok{metric_realm="prod"})'
    seen = 'group by (metric_realm, service) (duri_a{metric_realm="prod"})'
    assert alerts_by_name(policy, tmp_path)["GAbsent"].expression.splitlines() == [
        'absent(duri_a{metric_realm="prod"})',
        f"or ({beating} unless {seen})",
        'or absent(duri_b{metric_realm="prod"})',
    ]
