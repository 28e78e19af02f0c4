"""Looks again at the end of a watch whose last verdict is not known.

One scrape that is lost at the end of a day proves nothing. ``decide`` waits for one interval too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.policy import Policy
from gonogo.model.verdict import Report, Verdict
from gonogo.stopping import pause
from gonogo.verdict.core.abort import abort_of
from gonogo.verdict.core.watch import WatchStep
from gonogo.verdict.decide import WAITS
from gonogo.verdict.gather import Gathered, steady_seconds

SETTLING_STEP = 1.0
"""Seconds between two looks."""


class Look(Struct, frozen=True):
    """A look at the server: the evidence, and the step and the report that are judged from it."""

    gathered: Gathered
    step: WatchStep
    report: Report


def settled(
    first: Look,
    look: Callable[[float], Look],
    at: float,
    policy: Policy,
    clock: Callable[[], float] = steady_seconds,
    sleep: Callable[[float], object] = pause,
) -> Look:
    """Look again until the verdict is known, for one interval, and at least once. Return the newest look.

    ``at`` is the time of the first look on the watcher's clock. A dry run that must be aborted does not wait.
    """
    began, found = clock(), first
    within = _interval_of(first.gathered.evidence)
    while found.step.judgement.verdict is Verdict.HOLD and abort_of(found.step, policy) is None:
        sleep(SETTLING_STEP)
        waited = clock() - began
        found = look(at + waited)
        if waited > within:
            break
    return found


def _interval_of(evidence: Evidence) -> float:
    """Return the longest interval of the groups and the targets, in seconds, as far as ``decide`` would wait."""
    groups = () if isinstance(evidence.rules, Unread) else evidence.rules
    targets = () if isinstance(evidence.targets, Unread) else evidence.targets
    intervals = [group.interval for group in groups]
    intervals += [target.scrape_interval for target in targets if target.scrape_interval is not None]
    return min(max(intervals, default=timedelta(0)), WAITS.settling).total_seconds()
