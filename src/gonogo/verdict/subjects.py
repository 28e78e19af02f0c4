"""Questions about the subjects that were seen within a day and may be missing now.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.policy import Policy, Signal
from gonogo.model.series import REALM_LABEL, is_classic_label, subject_key
from gonogo.promql.matchers import equal, named, narrowed, one_of
from gonogo.server.api import label_values
from gonogo.verdict.core.questions import missing_subjects, required_signals
from gonogo.verdict.evaluated_subjects import evaluated_within
from gonogo.verdict.inquiry import MOST_FOLLOWED, RECENT, Inquiry, within_a_day


def recent_subjects(server: Inquiry, policy: Policy, now: float) -> tuple[Mapping[str, str], ...]:
    """Return the candidates for vanished subjects. With one subject label they are the values in the server's index.

    ``now`` is the server's own time, in unix seconds, because the day must be by the server's clock.
    """
    evaluated = evaluated_within(RECENT, server.client, server.url, policy)
    signals = _metric_signals(policy)
    if not policy.subjects or not signals:
        return evaluated
    if not _is_indexed(policy):
        return (*_seen_within_a_day(server, policy, ()), *evaluated)
    (name,) = policy.subjects
    every = narrowed(named({signal.metric for signal in signals}), *_in_realm(policy), *_common(signals))
    found = label_values(server.client, server.url, name, every, now - RECENT.total_seconds(), now)
    return (*({name: value} for value in found), *evaluated)


def vanished_subjects(
    server: Inquiry, policy: Policy, evidence: Evidence, most: int = MOST_FOLLOWED
) -> tuple[Mapping[str, str], ...]:
    """Return the candidates that have no series now and had a sample within a day.

    If there are more than ``most`` candidates without series, all of them count as seen.
    """
    if isinstance(evidence.vanished, Unread) or isinstance(evidence.instant, Unread):
        return ()
    gone = missing_subjects(policy, evidence.vanished, evidence.instant)
    if not gone or not _is_indexed(policy) or len(gone) > most:
        return gone
    (name,) = policy.subjects
    missing = {labels[name] for labels in gone}
    evaluated = evaluated_within(RECENT, server.client, server.url, policy)
    seen = _seen_within_a_day(server, policy, (one_of(name, missing),)) if _metric_signals(policy) else ()
    return (*seen, *(labels for labels in evaluated if labels[name] in missing))


def _metric_signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the required signals that are metrics of the server."""
    return tuple(signal for signal in required_signals(policy) if not signal.is_evaluated)


def _is_indexed(policy: Policy) -> bool:
    """Return whether the server's index can list the subjects: there is one subject label, and its name is classic."""
    return len(policy.subjects) == 1 and is_classic_label(policy.subjects[0])


def _seen_within_a_day(server: Inquiry, policy: Policy, matchers: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    by_labels: dict[tuple[str, ...], set[str]] = {}
    signals = _metric_signals(policy)
    for signal in signals:
        own = tuple(equal(name, value) for name, value in sorted(signal.labels.items()) if is_classic_label(name))
        by_labels.setdefault(own, set()).add(signal.metric)
    seen = " or ".join(
        within_a_day(narrowed(named(metrics), *_in_realm(policy), *own, *matchers))
        for own, metrics in by_labels.items()
    )
    if all(map(is_classic_label, {*policy.subjects, *(name for signal in signals for name in signal.labels)})):
        counted = server.query(f"count by ({', '.join(policy.subjects)}) ({seen})")
        return tuple(series.labels for series in counted)
    found = server.query(seen, histograms=True)
    meant = (s.labels for s in found if any(signal.labels.items() <= s.labels.items() for signal in signals))
    keys = {subject_key(labels, policy.subjects) for labels in meant}
    return tuple(dict(zip(policy.subjects, key, strict=True)) for key in sorted(filter(None, keys)))


def _in_realm(policy: Policy) -> tuple[str, ...]:
    return () if policy.realm is None else (equal(REALM_LABEL, policy.realm),)


def _common(signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """Return matchers for the labels that every signal has, each with the values of all signals."""
    names = filter(is_classic_label, set.intersection(*({*signal.labels} for signal in signals)))
    return tuple(one_of(name, (signal.labels[name] for signal in signals)) for name in sorted(names))
