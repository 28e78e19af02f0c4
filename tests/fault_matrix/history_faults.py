"""Slow faults: they lie in the history, for no window is ever scaled, and enter by asking another server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.sandbox.launch import sandbox
from gonogo.sandbox.story import HEALTHY, Curve, Outage, Story
from tests.curves import ramp
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.server_faults import asked_elsewhere
from tests.fault_matrix.sources_stage import Enter
from tests.fault_matrix.stage import INTERVAL, Stage

DAY = timedelta(days=1).total_seconds()
BAD_LAST_MONTH = Curve(
    ((-20 * DAY, 0.000_2), (-20 * DAY, 0.002), (-10 * DAY, 0.002), (-10 * DAY, 0.000_2), (0.0, 0.000_2))
)
"""Ten bad days that ended ten days ago: the week knows nothing of them."""


def told(story: Story) -> Enter:
    """Ask a stack with the same rules and another history."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        with sandbox(story, INTERVAL) as other, asked_elsewhere(place, other.prometheus.url):
            yield

    return enter


def fault(name: str, mechanism: str, signal: str, gate: str, story: Story, reason: Reason | None = None) -> Fault:
    """Make a fault of the history."""
    verdict = Verdict.NO_GO if reason is None else Verdict.HOLD
    return Fault(name, mechanism, "history", signal, gate, verdict, reason, told(story), group="history")


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
        "no-canary-in-a-week",
        "no canary ended within the week, one way or the other",
        "canary",
        "canary-quorum-pass",
        replace(HEALTHY, canaries_per_hour=0.0),
        Reason.ABSENT,
    ),
    fault(
        "v-rising",
        "alerts became ten an hour within the last 40 minutes",
        "stability",
        "stability",
        replace(HEALTHY, alerts_per_hour=ramp(0.4, timedelta(minutes=40), 10.0)),
    ),
    fault(
        "three-silent-hours",
        "the writer was silent for three hours yesterday evening",
        "uptime",
        "uptime",
        replace(HEALTHY, outages=(Outage(timedelta(hours=9), timedelta(hours=6)),)),
    ),
    fault(
        "ten-minutes-of-history",
        "the server is ten minutes old",
        "uptime",
        "uptime",
        replace(HEALTHY, length=timedelta(minutes=10)),
    ),
)
