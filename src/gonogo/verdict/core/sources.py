"""The sources of series: the targets and pushes that a server shows, by job and instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from gonogo.model.evidence import Evidence, Origin, Target, TargetHealth, Unread
from gonogo.model.policy import Receiver
from gonogo.model.series import METRIC_LABEL, Series
from gonogo.verdict.core.tolerances import AGE_INTERVALS, AGE_SLACK_SECONDS, LOOKBACK_SECONDS, RECEIVER_AGE_SECONDS

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


def behind(pushes: Sequence[Series], apart: tuple[str, ...], rows: Sequence[Origin], own: Labels) -> tuple[Series, ...]:
    """Return the pushes that may have brought the raw series under a signal.

    ``pushes`` are those of one job and instance, which differ in the labels ``apart``, and ``rows`` the raw series of
    that job and instance. A row that contradicts ``own``, the labels of the signal's own series, does not feed the
    signal. If a row matches no push, all pushes are returned.
    """
    labels = [row.labels for row in rows]
    feeding = [row for row in labels if all(own.get(name, row.get(name)) == row.get(name) for name in apart)] or labels
    found: dict[int, Series] = {}
    for row in feeding:
        explaining = [push for push in pushes if all(push.labels.get(n) in (None, row.get(n)) for n in apart)]
        found |= {id(push): push for push in explaining or pushes}
    return tuple(found.values())


def leaving(earlier: Evidence, targets: tuple[Target, ...] | Unread, now: float) -> tuple[Target, ...]:
    """Return the targets that were active at the last look, are not among ``targets``, and were scraped a moment ago.

    The server marks the series of such a target as ended two intervals after the last scrape. Until then no active
    target explains these series.
    """
    known = (*earlier.leaving, *(() if isinstance(earlier.targets, Unread) else earlier.targets))
    active = {source_of(target.labels) for target in (() if isinstance(targets, Unread) else targets)}
    return tuple(one for one in known if source_of(one.labels) not in active and _was_just_scraped(one, now))


def _was_just_scraped(target: Target, now: float) -> bool:
    if target.last_scrape is None or target.scrape_interval is None:
        return False
    return now - target.last_scrape <= AGE_INTERVALS * target.scrape_interval.total_seconds() + AGE_SLACK_SECONDS


class Sources(Struct, frozen=True):
    """The targets and pushes by job and instance.

    Attributes:
        targets: the active targets.
        pushes: the series of ``push_time_seconds``.
        shared: the labels in which the pushes of one source differ.
        gateways: the targets that are Pushgateways.
        slowest: the longest scrape interval in seconds.
        receivers: the receivers that the policy trusts, each with the time of its heartbeat's newest sample.
        now: the server's unix time.
        leaving: the health of each target that is active no more, and whose series have not ended yet.
    """

    targets: Mapping[Source, tuple[Target, ...]]
    pushes: Mapping[Source, tuple[Series, ...]]
    shared: Mapping[Source, tuple[str, ...]]
    gateways: frozenset[Source]
    slowest: float | None
    receivers: tuple[tuple[Receiver, float | None], ...]
    now: float
    leaving: Mapping[Source, TargetHealth]

    @classmethod
    def of(cls, evidence: Evidence, trusted: tuple[Receiver, ...] = ()) -> Sources:
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
            evidence.gateways,
            _slowest(active),
            tuple((receiver, evidence.vouched.get(receiver.heartbeat)) for receiver in trusted),
            evidence.now,
            {source_of(target.labels): target.health for target in evidence.leaving},
        )

    def scrape_interval(self, source: Source) -> float | None:
        """Return the interval in seconds at which a source is scraped. For a push it is that of the slowest job."""
        if source in self.targets:
            return _slowest(self.targets[source])
        return self.slowest if source in self.pushes else None

    def allowed_age(self, source: Source) -> float:
        """Return the oldest age in seconds that the newest sample of a scraped source may have."""
        return AGE_INTERVALS * (self.scrape_interval(source) or LOOKBACK_SECONDS) + AGE_SLACK_SECONDS

    @property
    def receiver_age(self) -> float:
        """The oldest age in seconds allowed for samples that a receiver takes, and for the receiver's heartbeat."""
        return max(AGE_INTERVALS * (self.slowest or 0.0) + AGE_SLACK_SECONDS, RECEIVER_AGE_SECONDS)

    def has_just_left(self, source: Source, *, measured: bool) -> bool:
        """Return whether a source is a target that is active no more, and whose series have not ended yet.

        The series of a target that was down have ended, except those that the server itself makes: ``measured``.
        """
        health = self.leaving.get(source)
        return health is TargetHealth.UP or (measured and health is not None)

    def group(self, labels: Labels) -> Labels:
        """Return the labels of a series in which the pushes of its job and instance differ; usually none."""
        if not self.shared:
            return {}
        return {name: labels[name] for name in self.shared.get(source_of(labels), ()) if name in labels}

    def pushes_of(self, source: Source, rows: Sequence[Origin], own: Labels) -> tuple[Series, ...]:
        """Return the pushes that may have brought the raw series of a source."""
        pushes = self.pushes.get(source, ())
        return behind(pushes, self.shared[source], rows, own) if source in self.shared else pushes


def _slowest(targets: Iterable[Target]) -> float | None:
    return max((t.scrape_interval.total_seconds() for t in targets if t.scrape_interval), default=None)
