"""Faults of rules: what the server loaded is not what was tested, or proves nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.fault_matrix.fault import Fault

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict


def drift(name: str, mechanism: str, change: Callable[[str], str], reason: Reason) -> Fault:
    """Make a fault in which the server alone has other rules."""
    return Fault(
        name,
        mechanism,
        "rule",
        "heartbeat",
        "heartbeat",
        Verdict.HOLD,
        reason,
        enter=lambda stage: stage.server_rules(change),
        group="rules",
    )


FAULTS = (
    drift(
        "threshold-on-server",
        "the server alone judges freshness by an hour instead of two minutes",
        lambda text: text.replace("< bool 120", "< bool 3600"),
        Reason.DRIFTED,
    ),
)
