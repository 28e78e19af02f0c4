"""One signal for one subject: the series to judge, and every doubt that stands before its conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.judge.index import Answers, Key, answers
from gonogo.judge.rule_doubts import rule_doubts
from gonogo.judge.source_doubts import Source, Sources, source_doubts, source_of
from gonogo.judge.tolerances import (
    AGE_INTERVALS,
    AGE_SLACK_SECONDS,
    FUTURE_SECONDS,
    LOOKBACK_SECONDS,
    PUSH_AGE_SECONDS,
)
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import REALM_LABEL, Policy
from gonogo.model.series import Series, subject_key
from gonogo.model.signal import Scope, Signal
from gonogo.rules.graph import RuleGraph
from gonogo.rules.selectors import Selector


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal as one subject has it: its samples, and what speaks against it whatever is asked."""

    signal: Signal
    series: Series | None
    doubts: tuple[Doubt, ...]
    interval: float
    max_age: float
    provenance: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """What is the same for every subject of a signal."""

    signal: Signal
    doubts: tuple[Doubt, ...]
    interval: float | None
    selectors: tuple[Selector, ...]
    provenance: tuple[str, ...]
    answers: Answers


class Readings:
    """Every signal for every subject, worked out once and looked up often."""

    def __init__(self, policy: Policy, evidence: Evidence, signals: tuple[Signal, ...]) -> None:
        """Sort the answers and judge what all subjects of a signal share."""
        self._policy = policy
        self._evidence = evidence
        self._sources = Sources.of(evidence)
        self._origins = {} if isinstance(evidence.origins, Unread) else evidence.origins
        self._unread = tuple(_unread(evidence))
        files = RuleGraph.of(evidence.files)
        loaded = RuleGraph.of(() if isinstance(evidence.rules, Unread) else evidence.rules)
        self._intervals = _recording_intervals(evidence)
        self._written = _written(policy, evidence, signals)
        self._source_doubts: dict[tuple[str, Source | None, float], tuple[Doubt, ...]] = {}
        found = answers(policy, evidence, signals)
        self._background = {s.name: self._share(s, found[s.name], files, loaded) for s in signals}

    @property
    def subjects(self) -> frozenset[Key]:
        """Every subject that any signal of subject scope has in the policy's realm."""
        return frozenset().union(
            *(b.answers.keys for b in self._background.values() if b.signal.scope is Scope.SUBJECT)
        )

    def read(self, name: str, subject: Key) -> tuple[Reading, ...]:
        """Give the readings of a signal for a subject: one for each label set it must have."""
        background = self._background[name]
        signal = background.signal
        key = subject if signal.scope is Scope.SUBJECT else ()
        ranges = background.answers.ranges.get(key, ())
        instant = background.answers.instant.get(key, ())
        if signal.each == ({},):
            return (self._reading(background, key, {}, ranges, instant),)
        return tuple(
            self._reading(background, key, member, _bearing(ranges, member), _bearing(instant, member))
            for member in signal.each
        )

    def _share(self, signal: Signal, found: Answers, files: RuleGraph, loaded: RuleGraph) -> Background:
        selectors = files.raw_selectors(signal.metric)
        chain = [f"rule {rule.name}: {rule.expression}" for rule in loaded.closure(signal.metric)]
        fed = [f"{s.text} from job={j!r}, instance={i!r}" for s in selectors for j, i in self._fed(s)]
        return Background(
            signal,
            (*self._unread, *rule_doubts(signal, self._evidence, loaded)),
            self._intervals.get(signal.metric),
            selectors,
            (*chain, *fed),
            found,
        )

    def _fed(self, selector: Selector) -> tuple[Source, ...]:
        return tuple(sorted({source_of(origin) for origin in self._origins.get(selector.text, ())}))

    def _reading(
        self,
        background: Background,
        key: Key,
        member: Mapping[str, str],
        ranges: tuple[Series, ...],
        instant: tuple[Series, ...],
    ) -> Reading:
        signal, now = background.signal, self._evidence.now
        series = max(ranges, key=_newest, default=None)
        source = source_of(series.labels if series else {})
        interval = background.interval or self._sources.scrape_interval(source) or LOOKBACK_SECONDS
        max_age = _max_age(signal, interval)
        doubts = list(background.doubts)
        if not self._unread:
            doubts += _presence(self._policy, background, key, member, ranges, instant, now - max_age)
            doubts += self._sourced(background, source, _push_max_age(signal, max_age))
            doubts += self._ahead(signal, key)
            doubts += _synthetic_labels(self._policy, ranges, instant)
            doubts += _freshness(background, series, instant, now, max_age)
        return Reading(signal, series, tuple(doubts), interval, max_age, background.provenance)

    def _sourced(self, background: Background, source: Source, push_max_age: float) -> tuple[Doubt, ...]:
        only = source if all(source) else None
        cache = (background.signal.name, only, push_max_age)
        if cache not in self._source_doubts:
            self._source_doubts[cache] = tuple(
                source_doubts(background.selectors, self._origins, self._sources, only, push_max_age)
            )
        return self._source_doubts[cache]

    def _ahead(self, signal: Signal, key: Key) -> Iterator[Doubt]:
        latest = self._written.get((signal.written_at, key)) if signal.written_at else None
        if latest is not None and latest - self._evidence.now > FUTURE_SECONDS:
            yield Doubt(
                Reason.FUTURE,
                f"{signal.written_at} lies {latest - self._evidence.now:.1f} s ahead of the server's clock; "
                "set the clocks of the writer and the server right",
            )


def _unread(evidence: Evidence) -> Iterator[Doubt]:
    asked = (
        evidence.ranges,
        evidence.instant,
        evidence.rules,
        evidence.targets,
        evidence.pushes,
        evidence.origins,
        evidence.vanished,
    )
    for answer in asked:
        if isinstance(answer, Unread):
            yield Doubt(
                Reason.UNREACHABLE,
                f"no valid answer to {answer.question}: {answer.why}; bring the server back, or mend its address",
            )
    if evidence.warnings:
        yield Doubt(
            Reason.PARTIAL,
            f"the server warned that its answer may be partial: {'; '.join(evidence.warnings)}; mend what it warns of",
        )


def _recording_intervals(evidence: Evidence) -> dict[str, float]:
    intervals: dict[str, float] = {}
    for group in () if isinstance(evidence.rules, Unread) else evidence.rules:
        seconds = group.interval.total_seconds()
        for state in group.rules:
            intervals[state.rule.name] = max(intervals.get(state.rule.name, 0.0), seconds)
    return intervals


def _written(policy: Policy, evidence: Evidence, signals: tuple[Signal, ...]) -> dict[tuple[str, Key], float]:
    metrics = {s.written_at: (policy.subjects if s.scope is Scope.SUBJECT else ()) for s in signals if s.written_at}
    latest: dict[tuple[str, Key], float] = {}
    for series in () if isinstance(evidence.instant, Unread) else evidence.instant:
        if series.metric not in metrics or policy.realm not in (None, series.labels.get(REALM_LABEL)):
            continue
        key = subject_key(series.labels, metrics[series.metric])
        if key is not None:
            place = (series.metric, key)
            latest[place] = max(latest.get(place, series.values[-1]), series.values[-1])
    return latest


def _max_age(signal: Signal, interval: float) -> float:
    if signal.max_age is not None:
        return signal.max_age.total_seconds()
    return AGE_INTERVALS * interval + AGE_SLACK_SECONDS


def _push_max_age(signal: Signal, max_age: float) -> float:
    given: timedelta | None = signal.push_max_age
    return given.total_seconds() if given is not None else max(max_age, PUSH_AGE_SECONDS)


def _newest(series: Series) -> float:
    return series.times[-1] if series.times else 0.0


def _bearing(found: tuple[Series, ...], member: Mapping[str, str]) -> tuple[Series, ...]:
    return tuple(series for series in found if member.items() <= series.labels.items())


def _presence(
    policy: Policy,
    background: Background,
    key: Key,
    member: Mapping[str, str],
    ranges: tuple[Series, ...],
    instant: tuple[Series, ...],
    since: float,
) -> Iterator[Doubt]:
    metric = background.signal.metric
    name = metric + "".join(f"{{{label}={value!r}}}" for label, value in member.items())
    if key in background.answers.elsewhere:
        yield Doubt(
            Reason.WRONG_REALM,
            f"{name} is there, but not with {REALM_LABEL}={policy.realm!r}; let its source write that label",
        )
    if not ranges and not instant:
        yield Doubt(
            Reason.ABSENT, f"the server has no series {name}; start what exports it, or load the rule that records it"
        )
    alive = {tuple(sorted(s.labels.items())) for s in instant}
    alive |= {tuple(sorted(s.labels.items())) for s in ranges if _newest(s) >= since}
    if len(alive) > 1:
        yield Doubt(
            Reason.AMBIGUOUS,
            f"{len(alive)} series bear the name {name}, and nothing says which is meant; "
            "leave one, or name its labels in the policy",
        )


def _synthetic_labels(policy: Policy, *found: tuple[Series, ...]) -> Iterator[Doubt]:
    for label, values in policy.synthetic_labels.items():
        for series in (series for answer in found for series in answer):
            if series.labels.get(label) in values:
                yield Doubt(
                    Reason.SYNTHETIC,
                    f"{series.metric} bears {label}={series.labels[label]!r}, which marks made-up data; "
                    "keep such series out of the policy's realm",
                )


def _freshness(
    background: Background, series: Series | None, instant: tuple[Series, ...], now: float, max_age: float
) -> Iterator[Doubt]:
    metric = background.signal.metric
    if series is None or not series.times:
        if instant:
            yield Doubt(Reason.STALE, f"the newest sample of {metric} is older than was read; a fresh sample turns it")
        elif series is not None:
            yield Doubt(Reason.STALE, f"{metric} has ended; bring back what exports it")
        return
    age = now - series.times[-1]
    if age < -FUTURE_SECONDS:
        yield Doubt(
            Reason.FUTURE,
            f"the newest sample of {metric} lies {-age:.1f} s ahead of the server's clock; set the clocks right",
        )
    if age > max_age:
        yield Doubt(
            Reason.STALE,
            f"the newest sample of {metric} is {age:.1f} s old, over the {max_age:g} s allowed; "
            "a fresh sample turns it",
        )
    elif all(other.labels != series.labels for other in instant):
        yield Doubt(Reason.STALE, f"{metric} has ended {age:.1f} s ago; bring back what exports it")
