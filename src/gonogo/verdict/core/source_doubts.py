"""Doubts about the targets and pushes that feed a signal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gonogo.model.evidence import Evidence, Target, TargetHealth, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.series import METRIC_LABEL, Series
from gonogo.promql.selectors import Selector
from gonogo.verdict.core.tolerances import FUTURE_SECONDS

Source = tuple[str, str]
"""The job and the instance of a raw series. Each may be empty."""

Labels = Mapping[str, str]


def source_of(labels: Labels) -> Source:
    """Return the job and the instance of a label set."""
    return labels.get("job", ""), labels.get("instance", "")


def shared_sources(pushes: Iterable[Series]) -> dict[Source, tuple[str, ...]]:
    """Map each source that several pushes share to the names of the labels in which the pushes differ."""
    found: dict[Source, list[Labels]] = {}
    for push in pushes:
        found.setdefault(source_of(push.labels), []).append(push.labels)
    differing = {}
    for source, groups in found.items():
        names = {name for labels in groups for name in labels} - {METRIC_LABEL}
        if len(groups) > 1:
            differing[source] = tuple(sorted(n for n in names if len({labels.get(n) for labels in groups}) > 1))
    return differing


def behind(pushes: Sequence[Series], apart: tuple[str, ...], rows: Sequence[Labels], own: Labels) -> tuple[Series, ...]:
    """Return the pushes that may have brought the raw series under a signal.

    ``pushes`` are those of one job and instance, which differ in the labels ``apart``, and ``rows`` the raw series of
    that job and instance. A row that contradicts ``own``, the labels of the signal's own series, does not feed the
    signal. If a row matches no push, all pushes are returned.
    """
    feeding = [row for row in rows if all(own.get(name, row.get(name)) == row.get(name) for name in apart)] or rows
    found: dict[int, Series] = {}
    for row in feeding:
        explaining = [push for push in pushes if all(push.labels.get(n) in (None, row.get(n)) for n in apart)]
        found |= {id(push): push for push in explaining or pushes}
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Sources:
    """The targets and pushes by job and instance. ``shared`` has the labels in which pushes of one source differ."""

    targets: Mapping[Source, tuple[Target, ...]]
    pushes: Mapping[Source, tuple[Series, ...]]
    shared: Mapping[Source, tuple[str, ...]]
    slowest: float | None
    now: float

    @classmethod
    def of(cls, evidence: Evidence) -> Sources:
        """Index the targets and pushes of the evidence. A question without an answer is empty here: it has a doubt."""
        targets: dict[Source, list[Target]] = {}
        active = () if isinstance(evidence.targets, Unread) else evidence.targets
        for target in active:
            targets.setdefault(source_of(target.labels), []).append(target)
        pushes: dict[Source, list[Series]] = {}
        pushed = () if isinstance(evidence.pushes, Unread) else evidence.pushes
        for push in pushed:
            pushes.setdefault(source_of(push.labels), []).append(push)
        return cls(
            {source: tuple(found) for source, found in targets.items()},
            {source: tuple(found) for source, found in pushes.items()},
            shared_sources(pushed),
            _slowest(active),
            evidence.now,
        )

    def scrape_interval(self, source: Source) -> float | None:
        """Return the interval in seconds at which a source is scraped. For a push it is that of the slowest job."""
        if source in self.targets:
            return _slowest(self.targets[source])
        return self.slowest if source in self.pushes else None

    def group(self, labels: Labels) -> Labels:
        """Return the labels of a series in which the pushes of its job and instance differ; usually none."""
        if not self.shared:
            return {}
        return {name: labels[name] for name in self.shared.get(source_of(labels), ()) if name in labels}

    def pushes_of(self, source: Source, rows: Sequence[Labels], own: Labels) -> tuple[Series, ...]:
        """Return the pushes that may have brought the raw series of a source."""
        pushes = self.pushes.get(source, ())
        return behind(pushes, self.shared[source], rows, own) if source in self.shared else pushes


@dataclass(frozen=True, slots=True)
class Feed:
    """A raw selector under a signal, and the sources of the series that it matches."""

    selector: Selector
    sources: tuple[Source, ...]
    rows: Mapping[Source, Sequence[Labels]]

    @classmethod
    def of(cls, selector: Selector, origins: Iterable[Labels]) -> Feed:
        """Sort the label sets of the series that feed a selector by their source."""
        rows: dict[Source, list[Labels]] = {}
        for labels in origins:
            rows.setdefault(source_of(labels), []).append(labels)
        return cls(selector, tuple(sorted(rows)), rows)

    def behind(self, series: Source | None) -> tuple[Source, ...]:
        """Return the source that the signal's series names, if it feeds the selector, else all its sources."""
        return (series,) if series is not None and series in self.rows else self.sources


def _slowest(targets: Iterable[Target]) -> float | None:
    return max((t.scrape_interval.total_seconds() for t in targets if t.scrape_interval), default=None)


def source_doubts(
    feeds: tuple[Feed, ...], sources: Sources, only: Source | None, push_max_age: float, group: Labels
) -> Iterator[Doubt]:
    """Yield the doubts about the sources of every raw selector under a signal.

    ``only`` is the source that the signal's own labels name, or ``None`` for an aggregate, which all sources feed.
    ``group`` has the labels of the signal in which the pushes of its source differ. A push may be ``push_max_age``
    seconds old.
    """
    if feeds and not any(feed.sources for feed in feeds):
        texts = sorted(feed.selector.text for feed in feeds)
        yield Doubt(Reason.SOURCE_UNKNOWN, f"no series feeds {', '.join(texts)} any more; bring back what exports it")
        return
    for feed in feeds:
        text = feed.selector.text
        if feed.selector.required and not feed.sources:
            yield Doubt(Reason.SOURCE_UNKNOWN, f"no series feeds {text} any more; bring back what exports it")
        for source in feed.behind(only):
            targets, pushes = sources.targets.get(source, ()), sources.pushes_of(source, feed.rows[source], group)
            yield from _judge(source, text, targets, pushes, sources.now, push_max_age)


def _judge(
    source: Source,
    selector: str,
    targets: tuple[Target, ...],
    pushes: tuple[Series, ...],
    now: float,
    push_max_age: float,
) -> Iterator[Doubt]:
    job, instance = source
    name = f"job={job!r}, instance={instance!r}"
    if not targets and not pushes:
        yield Doubt(
            Reason.SOURCE_UNKNOWN,
            f"{selector} comes from {name}, which is neither an active target nor a push to a Pushgateway (with remote "
            "write and OTLP nothing shows whether the writer is alive); scrape it, push it with these labels, or name "
            "the agent that scrapes it in prometheus.targets_url",
        )
    for target in targets:
        yield from _target(target, name, selector)
    for push in pushes:
        yield from _push(push.values[-1], name, selector, now, push_max_age)


def _target(target: Target, name: str, selector: str) -> Iterator[Doubt]:
    if target.health is TargetHealth.DOWN:
        error = f" ({target.last_error})" if target.last_error else ""
        yield Doubt(Reason.SOURCE_DOWN, f"{selector} comes from {name}, which is down{error}; bring the target up")
    elif target.health is TargetHealth.UNKNOWN:
        yield Doubt(
            Reason.SOURCE_UNKNOWN, f"{selector} comes from {name}, which was not scraped yet; wait for its scrape"
        )


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
