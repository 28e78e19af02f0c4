"""Questions about the sources of series, and about subjects and sources that are gone.

Servers before Prometheus 3.0 cannot read quoted names, so no question about a policy's own names quotes them:
a metric is asked for by a regular expression, and a label whose name is not classic is looked up in the answer.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.errors import SourceError
from gonogo.model.evidence import Evidence, TargetHealth, Unread
from gonogo.model.policy import Policy, Signal
from gonogo.model.series import REALM_LABEL, Series, is_classic_label, subject_key
from gonogo.promql.matchers import equal, label, named, narrowed, one_of
from gonogo.promql.selectors import Selector
from gonogo.server.api import label_values, query
from gonogo.server.http import Client
from gonogo.verdict.core.questions import missing_subjects, required_signals
from gonogo.verdict.core.source_doubts import Source, shared_sources, source_of
from gonogo.verdict.evaluated_subjects import evaluated_within

RECENT = timedelta(hours=24)
"""A subject seen within this time is judged even if it is gone. Source: docs/policy.md, ``subjects``."""

MOST_FOLLOWED = 500
"""The largest number of vanished subjects or down targets to ask about by name. Beyond it, all of them count."""

SELECTOR_LABEL = "gonogo_selector"

Origins = dict[str, tuple[Mapping[str, str], ...]]
"""Selector -> the jobs and instances of the series that feed it."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A server to ask."""

    client: Client
    url: str

    def query(self, expression: str, *, histograms: bool = False) -> tuple[Series, ...]:
        """Return the series of an expression.

        Raises:
            SourceError: there was no valid answer.
        """
        return query(self.client, self.url, expression, histograms=histograms).series


def origins(
    server: Inquiry, selectors: tuple[Selector, ...], shaped: Callable[[str], str] = str, by: Iterable[str] = ()
) -> Origins:
    """Ask for the jobs and instances that feed each selector, in one question for all selectors.

    ``shaped`` turns the text of a selector into the expression that is counted. ``by`` has labels to ask for besides
    job and instance.
    """
    if not selectors:
        return {}
    labels = ", ".join(map(label, ("job", "instance", *by)))
    parts = [
        f'label_replace(count by ({labels}) ({shaped(selector.text)}), "{SELECTOR_LABEL}", "{place}", "", "")'
        for place, selector in enumerate(selectors)
    ]
    found: dict[str, list[Mapping[str, str]]] = {selector.text: [] for selector in selectors}
    for series in server.query(" or ".join(parts)):
        place = series.labels.get(SELECTOR_LABEL, "")
        if not place.isdecimal() or int(place) >= len(selectors):
            raise SourceError(
                "the server answered another question", where=server.url, why=f"no selector {place!r} was asked"
            )
        found[selectors[int(place)].text].append(series.labels)
    return {text: tuple(rows) for text, rows in found.items()}


def fed_by_down_targets(
    server: Inquiry, evidence: Evidence, selectors: tuple[Selector, ...], most: int = MOST_FOLLOWED
) -> Origins:
    """Ask for the series that the down targets fed within a day. The instant answer no longer has these series.

    If there are more than ``most`` down targets, the question names only their jobs.
    """
    active = () if isinstance(evidence.targets, Unread) else evidence.targets
    down = [target for target in active if target.health is TargetHealth.DOWN]
    if not down:
        return {}
    among = _of([source_of(target.labels) for target in down], most)
    return origins(server, selectors, lambda text: _within_a_day(narrowed(text, *among)))


def fed_by_push_groups(server: Inquiry, evidence: Evidence, selectors: tuple[Selector, ...]) -> Origins:
    """Ask for the group of each pushed series, if several groups have the same job and instance."""
    shared = shared_sources(() if isinstance(evidence.pushes, Unread) else evidence.pushes)
    if not shared:
        return {}
    apart = sorted({name for names in shared.values() for name in names})
    among = _of(tuple(shared))
    return origins(server, selectors, lambda text: narrowed(text, *among), apart)


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
        _within_a_day(narrowed(named(metrics), *_in_realm(policy), *own, *matchers))
        for own, metrics in by_labels.items()
    )
    if all(map(is_classic_label, {*policy.subjects, *(name for signal in signals for name in signal.labels)})):
        counted = server.query(f"count by ({', '.join(policy.subjects)}) ({seen})")
        return tuple(series.labels for series in counted)
    found = server.query(seen, histograms=True)
    meant = (s.labels for s in found if any(signal.labels.items() <= s.labels.items() for signal in signals))
    keys = {subject_key(labels, policy.subjects) for labels in meant}
    return tuple(dict(zip(policy.subjects, key, strict=True)) for key in sorted(filter(None, keys)))


def _within_a_day(selector: str) -> str:
    """Write the expression for series with a sample within a day. Unlike ``present_over_time`` it keeps the names."""
    return f"last_over_time({selector}[{format_duration(RECENT)}])"


def _in_realm(policy: Policy) -> tuple[str, ...]:
    return () if policy.realm is None else (equal(REALM_LABEL, policy.realm),)


def _common(signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """Return matchers for the labels that every signal has, each with the values of all signals."""
    names = filter(is_classic_label, set.intersection(*({*signal.labels} for signal in signals)))
    return tuple(one_of(name, (signal.labels[name] for signal in signals)) for name in sorted(names))


def _of(sources: Sequence[Source], most: int = MOST_FOLLOWED) -> tuple[str, ...]:
    jobs, instances = zip(*sources, strict=True)
    by_job = one_of("job", jobs)
    return (by_job, one_of("instance", instances)) if len(sources) <= most else (by_job,)
