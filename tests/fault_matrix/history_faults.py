"""Slow faults: they lie in the history, for no window is ever scaled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gonogo.app.sandbox.course import Course, ramp
from gonogo.app.sandbox.story import HEALTHY, Outage, Story
from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.fault import Fault

DAY = timedelta(days=1).total_seconds()
BAD_LAST_MONTH = Course(
    ((-20 * DAY, 0.000_2), (-20 * DAY, 0.002), (-10 * DAY, 0.002), (-10 * DAY, 0.000_2), (0.0, 0.000_2))
)
"""Ten bad days that ended ten days ago: the week knows nothing of them."""


def fault(name: str, mechanism: str, signal: str, gate: str, story: Story, reason: Reason | None = None) -> Fault:
    """Make a fault of the history, on a stack of its own."""
    verdict = Verdict.NO_GO if reason is None else Verdict.HOLD
    return Fault(name, mechanism, "history", signal, gate, verdict, reason, story=story, group="history")


FAULTS = (
    fault(
        "budget-burnt-last-month",
        "ten days that ended ten days ago burnt the month's budget, and the week's is whole",
        "budget",
        "error-budget-burn-ok",
        replace(HEALTHY, bad_ratio=BAD_LAST_MONTH),
    ),
    fault(
        "no-traffic",
        "the counters stood still for the whole month",
        "budget",
        "error-budget-burn-ok",
        replace(HEALTHY, events_per_second=0.0),
        Reason.ABSENT,
    ),
    fault(
        "too-few-canary-events",
        "the canary handled 180 events in 15 minutes",
        "canary",
        "canary-quorum-pass",
        replace(HEALTHY, canary_events_per_second=0.2),
    ),
    fault(
        "v-rising",
        "alerts became ten times as many within the last 40 minutes",
        "stability",
        "stability",
        replace(HEALTHY, alerts_per_hour=ramp(0.4, timedelta(minutes=40), 10.0)),
    ),
    fault(
        "ten-silent-minutes",
        "the writer was silent for ten minutes three hours ago",
        "uptime",
        "uptime",
        replace(HEALTHY, outages=(Outage(timedelta(hours=3), timedelta(hours=2, minutes=50)),)),
    ),
    fault(
        "ten-minutes-of-history",
        "the server is ten minutes old",
        "uptime",
        "uptime",
        replace(HEALTHY, length=timedelta(minutes=10)),
    ),
)
