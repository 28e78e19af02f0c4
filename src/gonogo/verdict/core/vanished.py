"""Subjects that were there and are not: which of those seen lately no required signal has now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, Series, subject_key
from gonogo.model.signal import Scope, Signal
from gonogo.verdict.core.questions import Ask, conditions

Labels = Mapping[str, str]


def required_signals(policy: Policy) -> tuple[Signal, ...]:
    """List the signals of subject scope that a ``require`` reads: those in which a subject is seen."""
    asked = (condition for gate in policy.gates for condition in conditions(gate, (Ask.REQUIRE,)))
    names = {term.signal for condition in asked for term in condition.terms}
    signals = (policy.signals[name] for name in sorted(names))
    return tuple(signal for signal in signals if signal.scope is Scope.SUBJECT)


def missing_subjects(policy: Policy, recent: Iterable[Labels], instant: Iterable[Series]) -> tuple[Labels, ...]:
    """Leave those of the subjects seen lately that no required signal has now.

    A subject is there by a series that is judged: one of the signal's labels, in the
    policy's realm. Its name in another realm, or on a series that the signal does not
    mean, is not its presence.

    Args:
        policy: whose realm, subjects and signals count.
        recent: candidates, by their subject labels.
        instant: the newest samples of the policy's signals.
    """
    missing = {key: labels for labels in recent if (key := subject_key(labels, policy.subjects)) is not None}
    meant: dict[str, list[Labels]] = {}
    for signal in required_signals(policy):
        meant.setdefault(signal.metric, []).append(signal.labels)
    for series in instant:
        if not missing:
            break  # as a rule the first signal has them all
        labels = series.labels
        if policy.realm is not None and labels.get(REALM_LABEL) != policy.realm:
            continue
        key = subject_key(labels, policy.subjects)
        if key in missing and any(wanted.items() <= labels.items() for wanted in meant.get(series.metric, ())):
            del missing[key]
    return tuple(missing.values())
