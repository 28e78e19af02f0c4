"""The gates of the preset, in the order of every report."""

from __future__ import annotations

from gonogo.rulepack.gates import PresetGate, canary, dr, error_budget, heartbeat, stability, uptime

PRESET_GATES: tuple[PresetGate, ...] = (
    heartbeat.GATE,
    error_budget.GATE,
    canary.GATE,
    dr.GATE,
    stability.GATE,
    uptime.GATE,
)
