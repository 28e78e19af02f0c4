"""Questions about the subjects that were seen within a day and may be missing now.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.policy import Policy, Signal
from gonogo.model.series import REALM_LABEL, is_classic_label, subject_key
from gonogo.promql.matchers import equal, named, narrowed, one_of
from gonogo.server.api import label_values
from gonogo.verdict.core.questions import missing_subjects, required_signals
from gonogo.verdict.evaluated_subjects import evaluated_within
from gonogo.verdict.inquiry import MOST_FOLLOWED, RECENT, Inquiry, within_a_day

LONGEST_MATCH = 1000
"""The most characters of the selectors in one question to the index. Such a question cannot be sent by POST."""


def recent_subjects(
    server: Inquiry, policy: Policy, witnesses: Mapping[str, str], now: float
) -> tuple[Mapping[str, str], ...]:
    """Return the candidates for vanished subjects. With one subject label they are the values in the server's index.

    ``witnesses`` has a selector for each expression in which every subject of the expression has a raw series. An
    expression without a witness is evaluated over the day. ``now`` is the server's own time, in unix seconds, because
    the day must be by the server's clock.
    """
    if not policy.subjects:
        return ()
    unwitnessed = tuple(one.name for one in _expressions(policy) if one.name not in witnesses)
    found = evaluated_within(RECENT, server.client, server.url, policy, unwitnessed)
    if not _is_indexed(policy):
        return (*found, *_seen_within_a_day(server, policy, ()), *_seen_by(server, policy, tuple(witnesses.values())))
    (name,) = policy.subjects
    for matches in _in_parts((*_by_metric(policy), *dict.fromkeys(witnesses.values()))):
        values = label_values(server.client, server.url, name, matches, now - RECENT.total_seconds(), now)
        found = (*found, *({name: value} for value in values))
    return found


def vanished_subjects(
    server: Inquiry, policy: Policy, evidence: Evidence, most: int = MOST_FOLLOWED
) -> tuple[Mapping[str, str], ...]:
    """Return the candidates that have no series now and had a sample within a day.

    If there are more than ``most`` candidates without series, all of them count as seen. With expressions all of them
    are looked up, because a raw series does not show that an expression had a result.
    """
    if isinstance(evidence.vanished, Unread) or isinstance(evidence.instant, Unread):
        return ()
    gone = missing_subjects(policy, evidence.vanished, evidence.instant)
    expressions, few = _expressions(policy), _is_indexed(policy) and len(gone) <= most
    if not gone or not (few or expressions):
        return gone
    among = (one_of(policy.subjects[0], (labels[policy.subjects[0]] for labels in gone)),) if few else ()
    seen = _seen_within_a_day(server, policy, among)
    names = tuple(signal.name for signal in expressions)
    evaluated = evaluated_within(RECENT, server.client, server.url, policy, names)
    keys = {subject_key(labels, policy.subjects) for labels in gone}
    return tuple(labels for labels in (*seen, *evaluated) if subject_key(labels, policy.subjects) in keys)


def _metrics(policy: Policy) -> tuple[Signal, ...]:
    """Return the required signals that are metrics of the server."""
    return tuple(signal for signal in required_signals(policy) if not signal.is_evaluated)


def _expressions(policy: Policy) -> tuple[Signal, ...]:
    """Return the required signals that gonogo evaluates."""
    return tuple(signal for signal in required_signals(policy) if signal.is_evaluated)


def _by_metric(policy: Policy) -> tuple[str, ...]:
    """Return the selectors of the required metrics."""
    signals = _metrics(policy)
    common = _common(signals) if signals else ()
    parts = _in_parts(tuple(sorted({signal.metric for signal in signals})))
    return tuple(narrowed(named(metrics), *_in_realm(policy), *common) for metrics in parts)


def _in_parts(texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the texts in parts of at most ``LONGEST_MATCH`` characters. A longer text is a part of its own."""
    part: tuple[str, ...] = ()
    for text in texts:
        if part and sum(map(len, part)) + len(text) > LONGEST_MATCH:
            yield part
            part = ()
        part = (*part, text)
    if part:
        yield part


def _is_indexed(policy: Policy) -> bool:
    """Return whether the server's index can list the subjects: there is one subject label, and its name is classic."""
    return len(policy.subjects) == 1 and is_classic_label(policy.subjects[0])


def _seen_by(server: Inquiry, policy: Policy, selectors: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    """Return the subjects of the series that some selectors found within a day."""
    if not selectors:
        return ()
    seen = " or ".join(map(within_a_day, dict.fromkeys(selectors)))
    return tuple(series.labels for series in server.query(f"count by ({', '.join(policy.subjects)}) ({seen})"))


def _seen_within_a_day(server: Inquiry, policy: Policy, matchers: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    by_labels: dict[tuple[str, ...], set[str]] = {}
    signals = _metrics(policy)
    if not signals:
        return ()
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
