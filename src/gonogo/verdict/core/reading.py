"""Reads a signal for a subject: finds the series to judge, and every doubt that its conditions share.

A fleet has very many readings. So the parts that depend only on the signal, or
only on the signal and the source of a series, are computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.series import Series, subject_key
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.background import Background, Backgrounds
from gonogo.verdict.core.feeds import Feed
from gonogo.verdict.core.recomputation import Unconfirmed
from gonogo.verdict.core.rule_doubts import IN_TIME, Lateness
from gonogo.verdict.core.series_doubts import (
    VANISHED,
    Found,
    alive,
    freshest,
    looks_sound,
    name_hint,
    selector_of,
    series_doubts,
    writer_doubts,
    wrong_realm,
)
from gonogo.verdict.core.source_doubts import Doubtful, Supplier, source_doubts
from gonogo.verdict.core.sources import Labels, Source, Sources, source_of
from gonogo.verdict.core.tolerances import (
    AGE_INTERVALS,
    AGE_SLACK_SECONDS,
    LOOKBACK_SECONDS,
    PUSH_AGE_SECONDS,
)

SeriesKey = tuple[str, Key, int]
"""The name of a signal, a subject (empty for a shared signal), and the place of a label set in the signal's list."""

MOST_NAMED = 20
"""The number of sources of one selector that a provenance names. The rest is counted."""


class Reading(Struct, frozen=True):
    """The samples of a signal for one subject, and the doubts that every condition on it shares.

    ``max_age`` includes the seconds by which the signal is late, unless the policy sets it. ``unknown_for`` has the
    seconds for which a watch has found the signal UNKNOWN without a break; None: no watch has counted. ``firm``
    has the values of a count that are certain to be reached, in spite of all doubts. ``remark`` is added to a detail.
    """

    signal: Signal
    series: Series | None
    doubts: tuple[Doubt, ...]
    interval: float
    max_age: float
    provenance: tuple[str, ...]
    lateness: Lateness = IN_TIME
    unknown_for: float | None = None
    firm: Series | None = None
    remark: str = ""
    unconfirmed: Unconfirmed | None = None


class Supply(Struct, frozen=True):
    """The facts about a signal that are the same for all its series from one source.

    ``doubts`` concern every subject. The doubts in ``doubtful`` may concern some subjects only.
    """

    doubts: tuple[Doubt, ...]
    interval: float
    max_age: float
    provenance: tuple[str, ...]
    doubtful: tuple[Doubtful, ...] = ()


class Readings:
    """The readings of the policy's signals for every subject. Each fact is found once, when it is first needed."""

    def __init__(self, policy: Policy, evidence: Evidence) -> None:
        """Sort the facts that all signals share."""
        self._policy = policy
        self._evidence = evidence
        self._backgrounds = Backgrounds(policy, evidence)
        self._sources = Sources.of(evidence, policy.trusted)
        vanished = () if isinstance(evidence.vanished, Unread) else evidence.vanished
        self._vanished = {key for row in vanished if (key := subject_key(row, policy.subjects)) is not None}
        self._supplies: dict[tuple[str, Source, tuple[str, ...]], Supply] = {}
        self._read: dict[tuple[str, Key], tuple[Reading, ...]] = {}

    def subjects(self, names: Iterable[str]) -> tuple[Key, ...]:
        """Return the subjects of these signals, and those that vanished within a day, sorted.

        Without any subject the result is one subject whose labels are empty.
        """
        labels = self._policy.subjects
        found: set[Key] = set()
        for background in map(self._backgrounds.of, names):
            if background.signal.scope is Scope.SUBJECT:
                found |= {*background.answers.ranges, *background.answers.instant}
        found |= self._vanished
        return tuple(sorted(found)) if found and labels else (("",) * len(labels),)

    def read(self, subject: Key, name: str) -> tuple[Reading, ...]:
        """Return the readings of a signal for a subject: one for each label set that the policy expects."""
        background, key = self._backgrounds.of(name), self.key(subject, name)
        known = self._read.get((name, key))
        if known is None:
            known = self._read[name, key] = tuple(
                [self._reading(background, key, member) for member in background.signal.each]
            )
        return known

    def key(self, subject: Key, name: str) -> Key:
        """Return the subject whose readings a signal has: the subject itself, or an empty one for a shared signal."""
        return subject if self._policy.signals[name].scope is Scope.SUBJECT else ()

    def count(self, unknown_for: Mapping[SeriesKey, float]) -> None:
        """Note for how many seconds a watch has found signals UNKNOWN."""
        for (name, key, place), seconds in unknown_for.items():
            found = list(self.read(key, name))
            found[place] = replace(found[place], unknown_for=seconds)
            self._read[name, key] = tuple(found)

    def _supply(self, background: Background, labels: Labels) -> Supply:
        source, group = source_of(labels), self._sources.group(labels)
        place = (background.signal.name, source, tuple(group.values()))
        known = self._supplies.get(place)
        if known is None:
            known = self._supplies[place] = self._supplied(background, source, group)
        return known

    def _supplied(self, background: Background, source: Source, group: Labels) -> Supply:
        signal, feeds = background.signal, background.feeds
        interval = background.interval or self._sources.scrape_interval(source) or LOOKBACK_SECONDS
        max_age = AGE_INTERVALS * interval + AGE_SLACK_SECONDS + background.lateness.seconds
        if signal.is_evaluated:
            max_age = interval  # gonogo evaluates the signal now, so a condition without a duration needs no past
        if signal.max_age is not None:
            max_age = signal.max_age.total_seconds()
        push_max_age = max(max_age, PUSH_AGE_SECONDS)
        if signal.push_max_age is not None:
            push_max_age = signal.push_max_age.total_seconds()
        only = source if all(source) else None
        names = self._policy.subjects if signal.scope is Scope.SUBJECT else ()
        marks = self._policy.synthetic_labels
        own_age = 0.0 if signal.max_age is None else signal.max_age.total_seconds()
        asked = Supplier(only, group, push_max_age, own_age, self._policy.realm, names, signal.sources, marks)
        doubtful = () if self._backgrounds.unread else tuple(source_doubts(feeds, self._sources, asked))
        fed = tuple(text for feed in feeds for text in _named(feed, only))
        return Supply(background.doubts, interval, max_age, (*background.rules, *fed), doubtful)

    def _reading(self, background: Background, key: Key, member: Labels) -> Reading:
        signal, now, marks = background.signal, self._evidence.now, self._policy.synthetic_labels
        answered = background.answers if background.alerts is None else background.alerts.of(key)
        ranges: Found = answered.ranges.get(key, ())
        instant: Found = answered.instant.get(key, ())
        if member:
            ranges, instant = _with_labels(ranges, member), _with_labels(instant, member)
        series = freshest(ranges)
        supply = self._supply(background, series.labels if series else {})
        doubts, provenance = supply.doubts, supply.provenance
        if supply.doubtful:
            subject = dict(zip(self._policy.subjects, key, strict=True)) if key else {}
            doubts += tuple(doubt for one in supply.doubtful for doubt in one.about(subject))
            provenance += tuple(one.counted(subject) for one in supply.doubtful if one.share < 1)
        if not self._backgrounds.unread and signal.name not in self._evidence.unevaluated:
            if background.written:
                doubts += writer_doubts(signal.written_at, background.written.get(key), now)
            if not looks_sound(ranges, instant, marks, now, supply.max_age):
                name = selector_of(signal, self._policy.subjects, key, member)
                if key in background.answers.elsewhere and not any(
                    alive(series, now, supply.max_age) for series in ranges
                ):
                    doubts += (wrong_realm(signal, name, self._policy.realm),)
                hint = name_hint(signal, self._policy.subjects, self._evidence.version)
                if key in self._vanished and (not hint or signal.is_evaluated):
                    hint = VANISHED
                hint = hint or _unfed_hint(background.feeds if background.rules else ())
                doubts += tuple(series_doubts(name, ranges, instant, marks, now, supply.max_age, hint))
        late, odd, firm, remark = background.lateness, None, None, ""
        if background.unconfirmed and series is not None:
            odd = background.unconfirmed.get(frozenset(series.labels.items()))
        if background.alerts is not None and not self._backgrounds.unread:
            firm, remark = background.alerts.firm.get(key), background.alerts.names.get(key, "")
            doubts += background.alerts.doubts_of(key)
        return Reading(
            signal,
            series,
            late.explained(doubts),
            supply.interval,
            supply.max_age,
            provenance,
            late,
            unconfirmed=odd,
            firm=firm,
            remark=remark,
        )


def _unfed_hint(feeds: Iterable[Feed]) -> str:
    """Return why a signal that is computed is absent: the server has no series that its loaded rules need."""
    missing = ", ".join(sorted(feed.selector.text for feed in feeds if not feed.rows))
    return f", which is made of {missing}, and no such series either; start what exports them" if missing else ""


def _named(feed: Feed, only: Source | None) -> Iterator[str]:
    sources = feed.behind(only)
    for job, instance in sources[:MOST_NAMED]:
        yield f"{feed.selector.text} from job={job!r}, instance={instance!r}"
    if len(sources) > MOST_NAMED:
        yield f"{feed.selector.text} from {len(sources) - MOST_NAMED} more sources"


def _with_labels(found: Found, member: Mapping[str, str]) -> Found:
    return [series for series in found if member.items() <= series.labels.items()]
