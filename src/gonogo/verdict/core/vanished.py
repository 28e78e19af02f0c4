"""Finds vanished subjects: they were seen within a day, and no required signal has them now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, Series, subject_key
from gonogo.model.signal import Scope, Signal
from gonogo.verdict.core.questions import Ask, conditions

Labels = Mapping[str, str]


def required_signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals of subject scope that a ``require`` reads. A subject is seen in these signals only."""
    asked = (condition for gate in policy.gates for condition in conditions(gate, (Ask.REQUIRE,)))
    names = {term.signal for condition in asked for term in condition.terms}
    signals = (policy.signals[name] for name in sorted(names))
    return tuple(signal for signal in signals if signal.scope is Scope.SUBJECT)


def missing_subjects(policy: Policy, recent: Iterable[Labels], instant: Iterable[Series]) -> tuple[Labels, ...]:
    """Return the recent subjects that no required signal has now.

    A subject is present if it has a judged series: a series with the signal's labels, in the
    policy's realm. Its name in another realm, or on a series without the signal's labels,
    does not count.

    Args:
        policy: the policy with realm, subjects and signals.
        recent: the candidates, by their subject labels.
        instant: the newest samples of the policy's signals.
    """
    missing = {key: labels for labels in recent if (key := subject_key(labels, policy.subjects)) is not None}
    meant: dict[str, list[Labels]] = {}
    for signal in required_signals(policy):
        meant.setdefault(signal.metric, []).append(signal.labels)
    for series in instant:
        if not missing:
            break  # usually the first signal has all subjects
        labels = series.labels
        if policy.realm is not None and labels.get(REALM_LABEL) != policy.realm:
            continue
        key = subject_key(labels, policy.subjects)
        if key in missing and any(wanted.items() <= labels.items() for wanted in meant.get(series.metric, ())):
            del missing[key]
    return tuple(missing.values())
