"""Policy lint of ``for``: what it is worth on a signal that looks back over a window itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.condition import Comparison
from gonogo.model.policy import Heartbeat, Policy
from gonogo.policy.finding import Finding, Severity
from gonogo.policy.lint_conditions import conditions
from gonogo.policy.lint_heartbeat import alarms_a_day, share
from gonogo.policy.rolling import rolling_windows
from gonogo.stats.heartbeat_guard import HEALTHY_LOSS, detection
from gonogo.stats.sustained import sustained_false_alarm

DEFAULT_EVALUATION = timedelta(seconds=30)
"""The interval that is reckoned with where the server's is not known."""
WORTH = 3
"""A ``for`` filters well from this many windows on."""
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def sustained_findings(
    policy: Policy, *, scrape: timedelta | None, evaluation: timedelta | None
) -> tuple[Finding, ...]:
    """Warn of each ``for`` that is shorter than the rolling window under its signal."""
    tick = evaluation or DEFAULT_EVALUATION
    windows = rolling_windows(policy, tick)
    found = []
    for placed in conditions(policy):
        for term in placed.condition.terms:
            if not isinstance(term, Comparison) or term.held is None or term.signal not in policy.signals:
                continue
            window = windows.get(policy.signals[term.signal].metric)
            if window is not None and term.held < window:
                message = f"for {format_duration(term.held)} is shorter than the {format_duration(window)} under {term.signal}: "
                message += _worth(policy.heartbeat, term, window, scrape, tick)
                step = f"take at least {format_duration(window)}, or keep in mind what it is worth"
                found.append(Finding("for-lt-window", Severity.WARNING, placed.loc, message, step))
    return tuple(found)
