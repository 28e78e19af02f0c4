"""Policies for the tests of the rule pack, built by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gonogo.model.condition import parse_condition
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Gate, Policy, Slo

INTERVAL = timedelta(seconds=30)
WEIGHTS = {"uptime": 0.40, "alerts": 0.25, "recovery": 0.20, "rehearsals": 0.10, "throughput": 0.05}
GREEN = Slo("green", 0.999, 'P_slo_bad_total{slo="green"}', 'P_slo_events_total{slo="green"}')
API = Slo("api", 0.99, 'http_requests_total{job="api",code=~"5.."}', 'http_requests_total{job="api"}')


def gate(name: str, require: list[str], abort: list[str] | None = None, warn: list[str] | None = None) -> Gate:
    """Make a gate of conditions as the policy file writes them."""
    parts = (tuple(parse_condition(text) for text in texts or ()) for texts in (require, abort, warn))
    return Gate(name, *parts)


def preset_gates(heartbeat: Heartbeat) -> tuple[Gate, ...]:
    """Return the gates of the preset, named by the heartbeat's durations."""
    fresh, changes = f"heartbeat_fresh_{heartbeat.fresh_name}", f"heartbeat_changes_{heartbeat.window_name}"
    return (
        gate(
            "heartbeat",
            ["heartbeat_ok == 1", f"{fresh} == 1", f"{changes} >= 1"],
            abort=["heartbeat_ok != 1 for 5m", f"{fresh} == 0 for 5m"],
        ),
        gate(
            "error-budget-burn-ok",
            ["error_budget_burn_7d <= 0.60", "error_budget_burn_30d <= 0.40"],
            warn=["error_budget_burn_7d > 0.60 for 10m", "error_budget_burn_30d > 0.40 for 10m"],
        ),
        gate(
            "canary-quorum-pass",
            ["canary_samples >= 300", "canary_failure_ratio <= 0.08", "canary_unique_ratio >= 0.92"],
            abort=["canary_failure_ratio > 0.08 for 5m"],
            warn=["canary_unique_ratio < 0.92 for 5m"],
        ),
        gate(
            "dr-rehearsal-24h-pass",
            ["dr_rehearsal_age_hours <= 24", "dr_rehearsal_p95_minutes <= 12"],
            warn=["dr_rehearsal_p95_minutes > 12 for 15m"],
        ),
        gate("stability", ["lyapunov_v <= 0.2 or falling(lyapunov_v, 30m)"], abort=["lyapunov_v > 0.3 for 5m"]),
        gate("uptime", ["green_uptime_ratio >= 0.999"]),
    )


def preset_policy(heartbeat: Heartbeat | None = None) -> Policy:
    """Return the preset's policy."""
    beats = heartbeat or Heartbeat()
    return Policy(
        realm="prod",
        prefix="duri",
        subjects=(),
        synthetic_labels={"mode": ("smoke",)},
        signals={},
        gates=preset_gates(beats),
        heartbeat=beats,
        slos=(GREEN,),
        weights=WEIGHTS,
    )


def of_services() -> Policy:
    """Return a policy of several subjects and two SLOs. One SLO counts bad events in its total."""
    return replace(preset_policy(), subjects=("service",), slos=(GREEN, API))
