"""Doubts about the targets and pushes that feed a signal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from msgspec import Struct

from gonogo.model.evidence import Evidence, Origin, Target, TargetHealth, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy
from gonogo.model.replacing import replace
from gonogo.model.series import REALM_LABEL, Series, is_classic_label
from gonogo.promql.matchers import label
from gonogo.promql.selectors import Selector
from gonogo.verdict.core.feeds import Feed, is_measurement
from gonogo.verdict.core.sources import Labels, Source, Sources
from gonogo.verdict.core.tolerances import FUTURE_SECONDS, PUSH_AGE_SECONDS

EXCUSED = frozenset({Reason.SOURCE_DOWN, Reason.SOURCE_SILENT, Reason.SOURCE_STALE, Reason.PUSH_STALE})
"""The reasons that ``signals.x.sources`` excuses, if they concern few enough sources."""

_OWN_METRICS = ("pushgateway_", "go_", "process_", "promhttp_", "scrape_", "up")
"""The beginnings of the names that a Pushgateway exports about itself. Source: Pushgateway 1.5 and 1.11."""

_EXPORTED = ("exported_job", "exported_instance")


class Supplier(Struct, frozen=True):
    """The demands of a signal on its sources.

    Attributes:
        only: the source that the signal's own labels name; ``None`` for an aggregate, which all sources feed.
        group: the labels of the signal in which the pushes of its source differ.
        push_max_age: the greatest age of a push in seconds.
        max_age: the greatest age of a sample in seconds, if the policy sets it; else 0.
        realm: the realm of the policy, if it has one.
        subjects: the labels of the subjects; empty for a signal that all subjects share.
        share: the share of the sources that must be up, fresh and speaking.
        marks: the labels that mark made-up data, each with the values that mark it.
    """

    only: Source | None
    group: Labels
    push_max_age: float
    max_age: float
    realm: str | None
    subjects: tuple[str, ...]
    share: float
    marks: Mapping[str, tuple[str, ...]]


class SourceDoubt(Struct, frozen=True):
    """A doubt about a source, and the labels of the subjects that it concerns. Empty = every subject."""

    source: Source
    doubt: Doubt
    subjects: tuple[Labels, ...] = ()

    def concerns(self, subject: Labels) -> bool:
        """Return whether the doubt concerns a subject."""
        return not self.subjects or any(_fits(labels, subject) for labels in self.subjects)


class Doubtful(Struct, frozen=True):
    """The doubts about the sources of one selector, and the subjects of each source (empty = every subject)."""

    selector: str
    doubts: tuple[SourceDoubt, ...]
    sources: Mapping[Source, tuple[Labels, ...]]
    share: float

    def about(self, subject: Labels) -> Iterator[Doubt]:
        """Yield the doubts that concern a subject and are not excused by the share of good sources."""
        good, count = self._counted(subject)
        excused = self.share < 1 and good >= self.share * count
        for found in self.doubts:
            if not found.concerns(subject) or (excused and found.doubt.reason in EXCUSED):
                continue
            told = ""
            if self.share < 1 and found.doubt.reason in EXCUSED:
                told = f" ({good} of {count} sources are up, fresh and speaking; the policy asks for {self.share:g})"
            yield replace(found.doubt, detail=found.doubt.detail + told)

    def counted(self, subject: Labels) -> str:
        """Return a clause with the number of good sources of a subject, such as ``190 of 200 sources of x``."""
        good, count = self._counted(subject)
        return f"{good} of {count} sources of {self.selector} are up, fresh and speaking"

    def _counted(self, subject: Labels) -> tuple[int, int]:
        """Return the number of good sources that feed a subject, and the number of all."""
        feeding = [source for source, fed in self.sources.items() if not fed or any(_fits(one, subject) for one in fed)]
        bad = {found.source for found in self.doubts if found.doubt.reason in EXCUSED and found.concerns(subject)}
        return len(feeding) - len(bad), len(feeding)


def _fits(labels: Labels, subject: Labels) -> bool:
    return all(subject.get(name) == value for name, value in labels.items())


def source_doubts(feeds: tuple[Feed, ...], sources: Sources, asked: Supplier) -> Iterator[Doubtful]:
    """Yield the doubts about the sources of every raw selector under a signal; nothing for a sound selector."""
    if feeds and not any(feed.rows for feed in feeds):
        texts = ", ".join(sorted(feed.selector.text for feed in feeds))
        yield _unfed(texts)
        return
    for feed in feeds:
        if feed.selector.required and not feed.rows:
            yield _unfed(feed.selector.text)
        behind = feed.behind(asked.only)
        found = tuple(doubt for source in behind for doubt in _judge(source, feed, sources, asked))
        if found:
            fed = {source: feed.subjects(feed.rows[source], asked.subjects) for source in behind}
            yield Doubtful(feed.selector.text, found, fed, asked.share)


def doubted_sources(policy: Policy, evidence: Evidence, selectors: Iterable[Selector]) -> dict[str, tuple[Source, ...]]:
    """Return the sources of each selector for which a verdict on several subjects must know the subjects.

    These are the sources in doubt, and all sources of such a selector if a signal allows for some bad sources.
    """
    if isinstance(evidence.origins, Unread) or not any(map(is_classic_label, policy.subjects)):
        return {}
    sources = Sources.of(evidence, policy.trusted)
    strictest = min((s.push_max_age.total_seconds() for s in policy.signals.values() if s.push_max_age), default=inf)
    asked = Supplier(None, {}, min(strictest, PUSH_AGE_SECONDS), 0.0, policy.realm, (), 1.0, policy.synthetic_labels)
    lenient = any(signal.sources < 1 for signal in policy.signals.values())
    found = {}
    for selector in selectors:
        feed = Feed.of(selector, evidence.origins.get(selector.text, ()), frozenset(), policy.realm)
        doubted = {doubt.source for source in feed.rows for doubt in _judge(source, feed, sources, asked)}
        if doubted:
            found[selector.text] = tuple(sorted(feed.rows if lenient else doubted))
    return found


def _unfed(selectors: str) -> Doubtful:
    doubt = Doubt(Reason.SOURCE_UNKNOWN, f"no series feeds {selectors}; bring back what exports it")
    return Doubtful(selectors, (SourceDoubt(("", ""), doubt),), {}, 1.0)


def _judge(source: Source, feed: Feed, sources: Sources, asked: Supplier) -> Iterator[SourceDoubt]:
    """Yield the doubts about one source of a selector, with the subjects that each concerns."""
    rows = feed.rows[source]
    targets, pushes = sources.targets.get(source, ()), sources.pushes_of(source, rows, asked.group)
    for doubt, about in _doubts(source, feed, sources, pushes, asked):
        yield SourceDoubt(source, doubt, feed.subjects(about, asked.subjects))
    if targets:
        yield from _scraped(source, feed, sources, asked)
    name, fed = _name(source), feed.subjects(rows, asked.subjects)
    for push in pushes:
        for doubt in _push(push.values[-1], name, feed.selector.text, sources.now, asked.push_max_age):
            yield SourceDoubt(source, doubt, fed)


def _doubts(
    source: Source, feed: Feed, sources: Sources, pushes: Sequence[Series], asked: Supplier
) -> Iterator[tuple[Doubt, Sequence[Origin]]]:
    """Yield the doubts about the realm and the origin of series, each with the series that the doubt is about."""
    rows, name = feed.rows[source], _name(source)
    for row in (row for row in rows if row in feed.of_another_realm):
        yield _strange(row, feed.selector.text, name, asked.realm), (row,)
    for row, mark in feed.made_up(rows, asked.marks):
        yield _made_up(feed.selector.text, name, mark, row.labels[mark]), (row,)
    for row in (row for row in rows if row.ahead):
        yield _early(feed.selector.text, name), (row,)
    if not pushes and source not in sources.targets:
        if sources.has_just_left(source, measured=is_measurement(feed.selector)):
            return
        yield from ((doubt, rows) for doubt in _unexplained(source, feed, sources))
    elif source in sources.gateways:
        untimed = [row for row in rows if not _is_own(feed.selector.metric, row) and not _is_pushed(row, pushes)]
        if untimed:
            yield _untimed(name, feed.selector.text), untimed


def _scraped(source: Source, feed: Feed, sources: Sources, asked: Supplier) -> Iterator[SourceDoubt]:
    """Yield the doubts about a target, and about the series that it exports.

    A measurement of the server itself is good while the target is down, if the measurement is not old: an agent takes
    it, and the way from the agent to the server can break.
    """
    rows, targets = feed.rows[source], sources.targets[source]
    measured = is_measurement(feed.selector)
    for target in () if measured else targets:
        for doubt in _target(target, _name(source), feed.selector.text):
            yield SourceDoubt(source, doubt, feed.subjects(rows, asked.subjects))
    if measured or all(target.health is TargetHealth.UP for target in targets):
        yield from _quiet(source, feed, sources, asked)


def _name(source: Source) -> str:
    return f"job={source[0]!r}, instance={source[1]!r}"


def _strange(row: Origin, selector: str, name: str, realm: str | None) -> Doubt:
    there = row.labels[REALM_LABEL]
    why = f"{selector} finds series of {REALM_LABEL}={there!r} from {name}, and their result has another realm"
    return Doubt(Reason.WRONG_REALM, f"{why}; select {REALM_LABEL}={realm!r} in the expression")


def _made_up(selector: str, name: str, mark: str, value: str) -> Doubt:
    why = f"{selector} finds series of {label(mark)}={value!r} from {name}, which marks made-up data"
    return Doubt(Reason.SYNTHETIC, f"{why}; leave such series out by a matcher of the selector")


def _early(selector: str, name: str) -> Doubt:
    why = (
        f"{selector} comes from {name}, which writes samples more than {FUTURE_SECONDS:g} s ahead of the server's clock"
    )
    return Doubt(Reason.FUTURE, f"{why}, so the value of now is an old one; set the clocks right")


def _unexplained(source: Source, feed: Feed, sources: Sources) -> Iterator[Doubt]:
    """Yield a doubt about a source without a target and without a push, unless a trusted receiver vouches for it."""
    name, allowed = _name(source), sources.receiver_age
    vouching = [(receiver, at) for receiver, at in sources.receivers if receiver.job == source[0]]
    for receiver, at in vouching:
        if at is None or sources.now - at > allowed:
            age = "has no sample" if at is None else f"is {sources.now - at:.0f} s old"
            yield Doubt(
                Reason.SOURCE_UNKNOWN,
                f"{feed.selector.text} comes from {name}, and the heartbeat of its receiver, {receiver.heartbeat}, "
                f"{age} ({allowed:g} s are allowed); bring back the receiver, or what writes to it",
            )
    newest = max((row.newest for row in feed.rows[source] if row.newest is not None), default=None)
    if not vouching:
        yield Doubt(
            Reason.SOURCE_UNKNOWN,
            f"{feed.selector.text} comes from {name}, which is neither an active target nor a push to a Pushgateway "
            "(with remote write and OTLP nothing shows whether the writer is alive); scrape it, push it with these "
            "labels, name the agent that scrapes it in prometheus.targets_url, or vouch for the job in sources.trusted",
        )
    elif newest is None or sources.now - newest > allowed:
        yield Doubt(
            Reason.SOURCE_STALE,
            f"{feed.selector.text} comes from {name}, and its newest sample is older than the {allowed:g} s that a "
            "receiver is allowed; bring back what writes it",
        )


def _is_own(metric: str | None, row: Origin) -> bool:
    return not any(row.labels.get(name) for name in _EXPORTED) and (metric or "").startswith(_OWN_METRICS)


def _is_pushed(row: Origin, pushes: Sequence[Series]) -> bool:
    return any(all(push.labels.get(name, "") == row.labels.get(name, "") for name in _EXPORTED) for push in pushes)


def _untimed(name: str, selector: str) -> Doubt:
    return Doubt(
        Reason.SOURCE_UNKNOWN,
        f"{selector} comes through the Pushgateway {name}, and no push_time_seconds shows when it was pushed; "
        "keep push_time_seconds, and scrape the Pushgateway with honor_labels: true",
    )


def _target(target: Target, name: str, selector: str) -> Iterator[Doubt]:
    if target.health is TargetHealth.DOWN:
        error = f" ({target.last_error})" if target.last_error else ""
        yield Doubt(Reason.SOURCE_DOWN, f"{selector} comes from {name}, which is down{error}; bring the target up")
    elif target.health is TargetHealth.UNKNOWN:
        yield Doubt(
            Reason.SOURCE_UNKNOWN, f"{selector} comes from {name}, which was not scraped yet; wait for its scrape"
        )


def _quiet(source: Source, feed: Feed, sources: Sources, asked: Supplier) -> Iterator[SourceDoubt]:
    """Yield a doubt for the series of a target that is up which the target exports no more, or with old timestamps."""
    from_target = f"{feed.selector.text} comes from {_name(source)}"
    allowed = max(sources.allowed_age(source), asked.max_age)
    for row in feed.rows[source]:
        if row.newest is None:
            why = f"{from_target}, which is up and exported it within a day, and exports it no more without a restart"
            doubt = Doubt(Reason.SOURCE_SILENT, f"{why}; bring back what the target exported, or restart the target")
        elif sources.now - row.newest > allowed:
            why = f"{from_target}, where its newest sample is {sources.now - row.newest:.0f} s old by its own timestamp"
            doubt = Doubt(Reason.SOURCE_STALE, f"{why}, over the {allowed:g} s allowed; repair what feeds the target")
        else:
            continue
        yield SourceDoubt(source, doubt, feed.subjects((row,), asked.subjects))


def _push(pushed_at: float, name: str, selector: str, now: float, max_age: float) -> Iterator[Doubt]:
    age = now - pushed_at
    if age < -FUTURE_SECONDS:
        yield Doubt(
            Reason.FUTURE,
            f"the last push of {name} is {-age:.1f} s ahead of the server's clock; set the Pushgateway's clock right",
        )
    elif not age <= max_age:
        yield Doubt(
            Reason.PUSH_STALE,
            f"{selector} was last pushed by {name} {age:.0f} s ago, over the {max_age:.0f} s allowed; push again",
        )
