"""Questions about where series come from, and about what is no longer there.

Each question hands what the server warned of to ``warned``: an answer with warnings
may be partial, and what it leaves out would be missed in silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.errors import SourceError
from gonogo.judge.questions import Ask, conditions
from gonogo.judge.source_doubts import source_of
from gonogo.model.evidence import Evidence, Target, TargetHealth, Unread
from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, subject_key
from gonogo.model.signal import Scope
from gonogo.prometheus.api import label_values, query
from gonogo.prometheus.http import Client
from gonogo.rules.matchers import equal, named, narrowed, one_of
from gonogo.rules.selectors import Selector

RECENT = timedelta(hours=24)
"""A subject seen this recently is judged even when it is gone (contract, section 1)."""

MOST_FOLLOWED = 500
"""How many vanished subjects or down targets are asked about by name; beyond, all of them count."""

SELECTOR_LABEL = "gonogo_selector"

Origins = dict[str, tuple[Mapping[str, str], ...]]
"""Selector -> the jobs and instances of the series that feed it."""

Warned = Callable[[tuple[str, ...]], object]
"""Takes what the server warned of."""


def origins(
    client: Client, url: str, selectors: tuple[Selector, ...], warned: Warned, shaped: Callable[[str], str] = str
) -> Origins:
    """Ask which jobs and instances feed each selector, all in one question.

    Raises:
        SourceError: there was no valid answer.
    """
    if not selectors:
        return {}
    parts = [
        f'label_replace(count by (job, instance) ({shaped(selector.text)}), "{SELECTOR_LABEL}", "{place}", "", "")'
        for place, selector in enumerate(selectors)
    ]
    found: dict[str, list[Mapping[str, str]]] = {selector.text: [] for selector in selectors}
    answer = query(client, url, " or ".join(parts))
    warned(answer.warnings)
    for series in answer.series:
        place = series.labels.get(SELECTOR_LABEL, "")
        if not place.isdecimal() or int(place) >= len(selectors):
            raise SourceError("the server answered another question", where=url, why=f"no selector {place!r} was asked")
        found[selectors[int(place)].text].append(series.labels)
    return {text: tuple(rows) for text, rows in found.items()}


def fed_by_down_targets(
    evidence: Evidence, selectors: tuple[Selector, ...], client: Client, url: str, warned: Warned
) -> Origins:
    """Ask what the targets that are down fed within a day: their series are gone from the instant answer.

    Raises:
        SourceError: there was no valid answer.
    """
    active = () if isinstance(evidence.targets, Unread) else evidence.targets
    down = [target for target in active if target.health is TargetHealth.DOWN]
    if not down:
        return {}
    return origins(client, url, selectors, warned, lambda text: _within_a_day(narrowed(text, *_from(down))))


def recent_subjects(client: Client, url: str, policy: Policy, warned: Warned) -> tuple[Mapping[str, str], ...]:
    """List candidates for vanished subjects: with one label, all that the index knows of.

    Raises:
        SourceError: there was no valid answer.
    """
    metrics = _required_metrics(policy)
    if not policy.subjects or not metrics:
        return ()
    if len(policy.subjects) > 1:
        return _seen_within_a_day(client, url, policy, _in_realm(policy, metrics), warned)
    (name,) = policy.subjects
    now = time.time()
    found = label_values(client, url, name, _in_realm(policy, metrics), now - RECENT.total_seconds(), now)
    warned(found.warnings)
    return tuple({name: value} for value in found.values)


def vanished_subjects(
    policy: Policy, evidence: Evidence, client: Client, url: str, warned: Warned
) -> tuple[Mapping[str, str], ...]:
    """Of the candidates that are not there now, keep those that had a sample within a day.

    Raises:
        SourceError: there was no valid answer.
    """
    if isinstance(evidence.vanished, Unread) or isinstance(evidence.instant, Unread):
        return ()
    missing = {subject_key(labels, policy.subjects): labels for labels in evidence.vanished}
    for series in evidence.instant:
        if not missing:
            break  # as a rule the first signal has them all
        missing.pop(subject_key(series.labels, policy.subjects), None)
    gone = tuple(missing.values())
    if not gone or len(policy.subjects) > 1 or len(gone) > MOST_FOLLOWED:
        return gone
    (name,) = policy.subjects
    among = one_of(name, (labels[name] for labels in gone))
    missed = narrowed(_in_realm(policy, _required_metrics(policy)), among)
    return _seen_within_a_day(client, url, policy, missed, warned)


def _seen_within_a_day(
    client: Client, url: str, policy: Policy, selector: str, warned: Warned
) -> tuple[Mapping[str, str], ...]:
    by = ", ".join(policy.subjects)
    answer = query(client, url, f"count by ({by}) ({_within_a_day(selector)})")
    warned(answer.warnings)
    return tuple(series.labels for series in answer.series)


def _within_a_day(selector: str) -> str:
    """Find what had a sample; unlike ``present_over_time`` this keeps names, so that two metrics stay two."""
    return f"last_over_time({selector}[{format_duration(RECENT)}])"


def _required_metrics(policy: Policy) -> tuple[str, ...]:
    names = {term.signal for gate in policy.gates for c in conditions(gate, (Ask.REQUIRE,)) for term in c.terms}
    signals = (policy.signals[name] for name in names)
    return tuple(sorted({signal.metric for signal in signals if signal.scope is Scope.SUBJECT}))


def _in_realm(policy: Policy, metrics: tuple[str, ...]) -> str:
    selector = named(metrics)
    return selector if policy.realm is None else narrowed(selector, equal(REALM_LABEL, policy.realm))


def _from(down: list[Target]) -> tuple[str, ...]:
    jobs, instances = zip(*(source_of(target.labels) for target in down), strict=True)
    by_job = one_of("job", jobs)
    return (by_job, one_of("instance", instances)) if len(down) <= MOST_FOLLOWED else (by_job,)
