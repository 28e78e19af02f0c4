"""Reads a signal for a subject: finds the series to judge, and every doubt that its conditions share.

A fleet has very many readings. So the parts that depend only on the signal, or
only on the signal and the source of a series, are computed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.names import is_classic_label, is_classic_metric
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.promql_features import UTF8_FLAG
from gonogo.model.series import REALM_LABEL, Series
from gonogo.model.versions import UTF8_FLAG_EXISTS, UTF8_NAMES, reaches, release
from gonogo.promql.graph import RuleGraph
from gonogo.promql.matchers import label, quoted
from gonogo.verdict.core.answers import Answers, Key, answer_doubts, answers
from gonogo.verdict.core.rule_doubts import IN_TIME, Lateness, late_metrics, rule_doubts
from gonogo.verdict.core.series_doubts import Found, alive, freshest, looks_sound, series_doubts, writer_doubts, written
from gonogo.verdict.core.source_doubts import Feed, Labels, Source, Sources, source_doubts, source_of
from gonogo.verdict.core.tolerances import (
    AGE_INTERVALS,
    AGE_SLACK_SECONDS,
    LOOKBACK_SECONDS,
    PUSH_AGE_SECONDS,
)

MOST_NAMED = 20
"""The number of sources of one selector that a provenance names. The rest is counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The samples of a signal for one subject, and the doubts that every condition on it shares.

    ``max_age`` includes the seconds by which the signal is late, unless the policy sets it.
    """

    signal: Signal
    series: Series | None
    doubts: tuple[Doubt, ...]
    interval: float
    max_age: float
    provenance: tuple[str, ...]
    lateness: Lateness = IN_TIME


@dataclass(frozen=True, slots=True)
class Background:
    """The facts about a signal that are the same for every subject."""

    signal: Signal
    doubts: tuple[Doubt, ...]
    interval: float | None
    lateness: Lateness
    feeds: tuple[Feed, ...]
    rules: tuple[str, ...]
    answers: Answers


@dataclass(frozen=True, slots=True)
class Supply:
    """The facts about a signal that are the same for all its series from one source."""

    doubts: tuple[Doubt, ...]
    interval: float
    max_age: float
    provenance: tuple[str, ...]


class Readings:
    """The readings of every signal for every subject. They are prepared once and looked up often."""

    def __init__(self, policy: Policy, evidence: Evidence, signals: tuple[Signal, ...]) -> None:
        """Sort the answers and judge the facts that all subjects of a signal share."""
        self._policy = policy
        self._evidence = evidence
        self._sources = Sources.of(evidence)
        self._unread = tuple(answer_doubts(evidence))
        files = RuleGraph.of(evidence.files)
        loaded = RuleGraph.of(() if isinstance(evidence.rules, Unread) else evidence.rules)
        self._intervals = _recording_intervals(evidence)
        self._late = late_metrics(evidence)
        self._written = written(policy, evidence, signals)
        self._supplies: dict[tuple[str, Source, tuple[str, ...]], Supply] = {}
        found = answers(policy, evidence, signals)
        self._background = {s.name: self._share(s, found[s.name], files, loaded) for s in signals}

    @property
    def subjects(self) -> frozenset[Key]:
        """The subjects of all signals of subject scope in the policy's realm."""
        own = (b.answers for b in self._background.values() if b.signal.scope is Scope.SUBJECT)
        return frozenset().union(*(side for found in own for side in (found.ranges, found.instant)))

    def read(self, name: str, subject: Key) -> tuple[Reading, ...]:
        """Return the readings of a signal for a subject: one for each label set that the policy expects."""
        background = self._background[name]
        signal = background.signal
        key = subject if signal.scope is Scope.SUBJECT else ()
        ranges = background.answers.ranges.get(key, ())
        instant = background.answers.instant.get(key, ())
        if signal.each == ({},):
            return (self._reading(background, key, {}, ranges, instant),)
        return tuple(
            self._reading(background, key, member, _with_labels(ranges, member), _with_labels(instant, member))
            for member in signal.each
        )

    def _share(self, signal: Signal, found: Answers, files: RuleGraph, loaded: RuleGraph) -> Background:
        origins = {} if isinstance(self._evidence.origins, Unread) else self._evidence.origins
        untraced = self._evidence.untraced
        selectors = files.raw_selectors(signal.metric)
        unknown = tuple(self._untraced(s.text, untraced[s.text]) for s in selectors if s.text in untraced)
        return Background(
            signal,
            (*self._unread, *rule_doubts(signal, self._evidence, loaded), *unknown),
            self._intervals.get(signal.metric),
            self._late.get(signal.metric, IN_TIME),
            tuple(Feed.of(s, origins.get(s.text, ())) for s in selectors if s.text not in untraced),
            tuple(f"rule {rule.name}: {rule.expression}" for rule in loaded.closure(signal.metric)),
            found,
        )

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
        max_age = _max_age(signal, interval) + (background.lateness.seconds if signal.max_age is None else 0.0)
        only = source if all(source) else None
        doubts = background.doubts
        if not self._unread:
            doubts += tuple(source_doubts(feeds, self._sources, only, _push_max_age(signal, max_age), group))
        fed = tuple(text for feed in feeds for text in _named(feed, only))
        return Supply(doubts, interval, max_age, (*background.rules, *fed))

    def _reading(
        self,
        background: Background,
        key: Key,
        member: Mapping[str, str],
        ranges: Found,
        instant: Found,
    ) -> Reading:
        signal, now, marks = background.signal, self._evidence.now, self._policy.synthetic_labels
        series = freshest(ranges)
        supply = self._supply(background, series.labels if series else {})
        doubts = supply.doubts
        if not self._unread:
            if signal.written_at is not None:
                doubts += writer_doubts(signal.written_at, key, self._written, now)
            if not looks_sound(ranges, instant, marks, now, supply.max_age):
                name = self._named(signal, key, member)
                if not any(alive(series, now, supply.max_age) for series in ranges):
                    doubts += self._elsewhere(background, key, name)
                doubts += tuple(series_doubts(name, ranges, instant, marks, now, supply.max_age, self._hint(signal)))
        late = background.lateness
        return Reading(signal, series, late.explained(doubts), supply.interval, supply.max_age, supply.provenance, late)

    def _named(self, signal: Signal, key: Key, member: Labels) -> str:
        """Write the selector of the judged series without the realm. A missing subject is named in it."""
        subject = dict(zip(self._policy.subjects, key, strict=True)) if key else {}
        labels = {**signal.labels, **subject, **member}
        asked = [f"{label(name)}={value!r}" if value else f"{label(name)}=~'.+'" for name, value in labels.items()]
        if not is_classic_metric(signal.metric):
            return f"{{{', '.join((quoted(signal.metric), *asked))}}}"
        return f"{signal.metric}{{{', '.join(asked)}}}" if asked else signal.metric

    def _hint(self, signal: Signal) -> str:
        """Say that the server is too old for a name of the signal. The text is empty unless that is known."""
        labels = (*signal.labels, *(self._policy.subjects if signal.scope is Scope.SUBJECT else ()))
        if is_classic_metric(signal.metric) and all(map(is_classic_label, labels)):
            return ""
        return f"; {too_old}" if (too_old := self._too_old()) else ""

    def _too_old(self) -> str:
        """Say that the server is too old for UTF-8 names. The text is empty unless that is known."""
        version = self._evidence.version
        if version is None or reaches(release(version), UTF8_NAMES):
            return ""
        since = ".".join(map(str, UTF8_NAMES))
        if reaches(release(version), UTF8_FLAG_EXISTS):
            flag = f"--enable-feature={UTF8_FLAG}"
            return f"Prometheus {version} takes such names only with {flag}: turn it on, or upgrade to {since} or later"
        return (
            f"Prometheus {version} does not take such names: upgrade it to {since} or later, or rename the metric "
            "and its labels"
        )

    def _untraced(self, selector: str, answer: Unread) -> Doubt:
        why = f"the sources of {selector} are not known, because the server gives no valid answer: {answer.why}"
        return Doubt(Reason.SOURCE_UNKNOWN, f"{why}; {self._too_old() or answer.next_step}")

    def _elsewhere(self, background: Background, key: Key, name: str) -> tuple[Doubt, ...]:
        if key not in background.answers.elsewhere:
            return ()
        realm = f"{REALM_LABEL}={self._policy.realm!r}"
        why = f"{name} exists, but not with {realm}; let its source write that label"
        return (Doubt(Reason.WRONG_REALM, why),)


def _recording_intervals(evidence: Evidence) -> dict[str, float]:
    intervals: dict[str, float] = {}
    for group in () if isinstance(evidence.rules, Unread) else evidence.rules:
        seconds = group.interval.total_seconds()
        for state in group.rules:
            intervals[state.rule.name] = max(intervals.get(state.rule.name, 0.0), seconds)
    return intervals


def _max_age(signal: Signal, interval: float) -> float:
    if signal.max_age is not None:
        return signal.max_age.total_seconds()
    return AGE_INTERVALS * interval + AGE_SLACK_SECONDS


def _push_max_age(signal: Signal, max_age: float) -> float:
    given = signal.push_max_age
    return given.total_seconds() if given is not None else max(max_age, PUSH_AGE_SECONDS)


def _named(feed: Feed, only: Source | None) -> Iterator[str]:
    sources = feed.behind(only)
    for job, instance in sources[:MOST_NAMED]:
        yield f"{feed.selector.text} from job={job!r}, instance={instance!r}"
    if len(sources) > MOST_NAMED:
        yield f"{feed.selector.text} from {len(sources) - MOST_NAMED} more sources"


def _with_labels(found: Found, member: Mapping[str, str]) -> Found:
    return tuple(series for series in found if member.items() <= series.labels.items())
