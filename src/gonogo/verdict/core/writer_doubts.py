"""Doubts about a writer whose clock is ahead, from the time that it put in its own metric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, subject_key
from gonogo.model.signal import Scope, Signal
from gonogo.verdict.core.index import Key
from gonogo.verdict.core.tolerances import FUTURE_SECONDS

Written = Mapping[tuple[str, Key], float]
"""The metric and the subject -> the latest unix time in the metric."""


def written(policy: Policy, evidence: Evidence, signals: Iterable[Signal]) -> Written:
    """Return the times that the writers of the policy's realm put in their metrics, from the instant answer."""
    metrics = {s.written_at: (policy.subjects if s.scope is Scope.SUBJECT else ()) for s in signals if s.written_at}
    latest: dict[tuple[str, Key], float] = {}
    if not metrics or isinstance(evidence.instant, Unread):
        return latest
    for series in evidence.instant:
        if series.metric not in metrics or policy.realm not in (None, series.labels.get(REALM_LABEL)):
            continue
        key = subject_key(series.labels, metrics[series.metric])
        if key is not None and series.values:
            place = (series.metric, key)
            latest[place] = max(latest.get(place, series.values[-1]), series.values[-1])
    return latest


def writer_doubts(metric: str, key: Key, times: Written, now: float) -> tuple[Doubt, ...]:
    """Return a doubt if the writer's clock is ahead. A missing time has a doubt of its own, ``absent``."""
    latest = times.get((metric, key))
    if latest is None or not latest - now > FUTURE_SECONDS:
        return ()
    ahead = f"{metric} is {latest - now:.1f} s ahead of the server's clock"
    return (Doubt(Reason.FUTURE, f"{ahead}; set the clocks of the writer and the server right"),)
