"""The subjects that the policy's expressions had within a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, subject_key
from gonogo.server.http import Client
from gonogo.verdict.core.evaluations import ExpressionQuestion, as_vector
from gonogo.verdict.evaluating import Evaluating

STEP = timedelta(minutes=5)
"""The time between two evaluations over the day. A sample is visible for 5 min, so no sample falls between them."""


def evaluated_within(
    day: timedelta, client: Client, url: str, policy: Policy, names: tuple[str, ...]
) -> tuple[Mapping[str, str], ...]:
    """Return the subjects that the expressions of some signals had within a day. A refused expression had none.

    Raises:
        SourceError: there was no valid answer.
    """
    if not names:
        return ()
    signals = [policy.signals[name] for name in names]
    evaluating = Evaluating(client, url, policy)
    asked = ExpressionQuestion({one.name: as_vector(one.expression) for one in signals}, day, STEP, "last_over_time")
    found = evaluating.finish(evaluating.begin([asked]), answers=False)
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
