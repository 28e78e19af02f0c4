"""Sorts the server's answers: the series of the policy's realm, by signal and subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan

from msgspec import Struct

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.series import REALM_LABEL, Series, subject_key

Key = tuple[str, ...]


class SignalAnswers(Struct, frozen=True):
    """The series of a signal, by subject.

    ``elsewhere`` holds the subjects whose series are now in other realms only. Their earlier
    series of the policy's realm are in ``ranges``. ``nameless`` has the series of the instant answer that are of the
    policy's realm and lack a label of the subject.
    """

    ranges: Mapping[Key, Sequence[Series]]
    instant: Mapping[Key, Sequence[Series]]
    elsewhere: frozenset[Key]
    nameless: tuple[Series, ...] = ()


def answers(
    policy: Policy, evidence: Evidence, signal: Signal, instant: Mapping[str, Sequence[Series]]
) -> SignalAnswers:
    """Check name, realm and labels of each series that the server returned for a signal, and sort the series.

    ``instant`` has the series of the instant answer by the name of their metric.
    """
    ranges = {} if isinstance(evidence.ranges, Unread) else evidence.ranges
    recent = [series for series in ranges.get(signal.name, ()) if series.metric == signal.metric]
    if evidence.nan_ends_series:
        recent = [_without_markers(series) for series in recent]
    recent = [_without_repeats(series) for series in recent]
    here, there, _ = _sort(policy, signal, recent)
    now_here, now_there, nameless = _sort(policy, signal, instant.get(signal.metric, ()))
    elsewhere = set(now_there).union(set(there).difference(here)).difference(now_here)
    return SignalAnswers(here, now_here, frozenset(elsewhere), nameless=nameless)


def _sort(
    policy: Policy, signal: Signal, found: Iterable[Series]
) -> tuple[dict[Key, list[Series]], dict[Key, list[Series]], tuple[Series, ...]]:
    """Sort the series of the policy's realm, and those of other realms, by subject. List those without a subject."""
    here: dict[Key, list[Series]] = {}
    there: dict[Key, list[Series]] = {}
    nameless: list[Series] = []
    names = policy.subjects if signal.scope is Scope.SUBJECT else ()
    wanted = signal.labels.items()
    realm = policy.realm
    for series in found:
        labels = series.labels
        if wanted and not wanted <= labels.items():
            continue
        side = here if realm is None or labels.get(REALM_LABEL) == realm else there
        key = subject_key(labels, names)
        if key is not None:
            side.setdefault(key, []).append(series)
        elif side is here:
            nameless.append(series)
    return here, there, tuple(nameless)


def _without_markers(series: Series) -> Series:
    if not any(map(isnan, series.values)):
        return series
    kept = [(time, value) for time, value in zip(series.times, series.values, strict=True) if not isnan(value)]
    return replace(series, times=tuple(time for time, _ in kept), values=tuple(value for _, value in kept))


def _without_repeats(series: Series) -> Series:
    """Leave out samples that stand twice in a series, as VictoriaMetrics returns those of two equal writers."""
    if series.has_one_value_a_time:
        return series
    kept = tuple(dict.fromkeys(zip(series.times, series.values, strict=True)))
    return replace(series, times=tuple(time for time, _ in kept), values=tuple(value for _, value in kept))


def answer_doubts(evidence: Evidence) -> Iterator[Doubt]:
    """Yield a doubt for every question without a valid answer. An answer with warnings is not valid."""
    asked = (
        evidence.ranges,
        evidence.instant,
        evidence.rules,
        evidence.targets,
        evidence.pushes,
        evidence.origins,
        evidence.vanished,
        evidence.recomputed,
    )
    for answer in asked:
        if isinstance(answer, Unread):
            yield unread_doubt(answer)


def unread_doubt(answer: Unread) -> Doubt:
    """Return the doubt for a question without a valid answer."""
    kind, found = (Reason.PARTIAL, "whole") if answer.partial else (Reason.UNREACHABLE, "valid")
    return Doubt(kind, f"no {found} answer to {answer.question}: {answer.why}; {answer.next_step}")
