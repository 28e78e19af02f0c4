"""The subjects that the policy's expressions had within a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, subject_key
from gonogo.server.http import Client
from gonogo.verdict.core.evaluations import ExpressionQuestion, as_vector
from gonogo.verdict.core.questions import required_signals
from gonogo.verdict.evaluating import Evaluating

STEP = timedelta(minutes=5)
"""The time between two evaluations over the day. A sample is visible for 5 min, so no sample falls between them."""


def evaluated_within(day: timedelta, client: Client, url: str, policy: Policy) -> tuple[Mapping[str, str], ...]:
    """Return the subjects that the required expressions had within a day. An expression that is refused has none.

    Raises:
        SourceError: there was no valid answer.
    """
    signals = [signal for signal in required_signals(policy) if signal.is_evaluated]
    if not policy.subjects or not signals:
        return ()
    evaluating = Evaluating(client, url, policy)
    asked = ExpressionQuestion({one.name: as_vector(one.expression) for one in signals}, day, STEP, "last_over_time")
    found = evaluating.finish(evaluating.begin([asked]), answers=True)
    for answer in found.unevaluated.values():
        if not answer.refused:
            raise SourceError(answer.why, where=url, next_step=answer.next_step)
    keys = {
        subject_key(series.labels, policy.subjects)
        for signal in signals
        for series in found.ranges.get(signal.name, ())
        if signal.labels.items() <= series.labels.items() and policy.realm in {None, series.labels.get(REALM_LABEL)}
    }
    return tuple(dict(zip(policy.subjects, key, strict=True)) for key in sorted(filter(None, keys)))
