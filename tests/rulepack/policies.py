"""Policies for the tests of the rule pack: the gates of the preset, and all else built by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from gonogo.model.condition import parse_condition
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Gate, Policy, Slo
from gonogo.model.replacing import replace
from gonogo.policy.file import DEFAULT_PRESET, preset_keys

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
    gates = cast("dict[str, dict[str, list[str]]]", preset_keys(DEFAULT_PRESET, heartbeat)["gates"])
    return tuple(gate(name, **conditions) for name, conditions in gates.items())


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
