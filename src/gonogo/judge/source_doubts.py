"""Provenance: which targets and pushes feed a signal, and what they say against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gonogo.judge.tolerances import FUTURE_SECONDS
from gonogo.model.evidence import Evidence, Target, TargetHealth, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.series import Series
from gonogo.rules.selectors import Selector

Source = tuple[str, str]
"""The job and the instance of a raw series; either may be empty."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Targets and pushes, looked up by job and instance."""

    targets: Mapping[Source, tuple[Target, ...]]
    pushes: Mapping[Source, tuple[Series, ...]]
    now: float

    @classmethod
    def of(cls, evidence: Evidence) -> Sources:
        """Index the evidence; what was not read is empty here and a doubt elsewhere."""
        targets: dict[Source, list[Target]] = {}
        for target in () if isinstance(evidence.targets, Unread) else evidence.targets:
            targets.setdefault(source_of(target.labels), []).append(target)
        pushes: dict[Source, list[Series]] = {}
        for push in () if isinstance(evidence.pushes, Unread) else evidence.pushes:
            pushes.setdefault(source_of(push.labels), []).append(push)
        return cls(
            {source: tuple(found) for source, found in targets.items()},
            {source: tuple(found) for source, found in pushes.items()},
            evidence.now,
        )

    def scrape_interval(self, source: Source) -> float | None:
        """Give the interval in seconds at which a source reaches the server; of a push, the slowest job's."""
        targets: Iterable[Target] = self.targets.get(source) or ()
        if not targets and source in self.pushes:
            targets = (target for found in self.targets.values() for target in found)
        return max((t.scrape_interval.total_seconds() for t in targets if t.scrape_interval), default=None)


def source_of(labels: Mapping[str, str]) -> Source:
    """Pick the job and the instance."""
    return labels.get("job", ""), labels.get("instance", "")


def source_doubts(
    selectors: tuple[Selector, ...],
    origins: Mapping[str, tuple[Mapping[str, str], ...]],
    sources: Sources,
    only: Source | None,
    push_max_age: float,
) -> Iterator[Doubt]:
    """Judge the sources of every raw selector under a signal.

    Args:
        selectors: the raw selectors, each with whether it may be empty.
        origins: selector -> the label sets of the series that feed it.
        sources: the targets and pushes.
        only: the source that the signal's own labels name; ``None`` for an aggregate,
            which every origin feeds.
        push_max_age: seconds.
    """
    fed = {s.text: tuple(sorted({source_of(o) for o in origins.get(s.text, ())})) for s in selectors}
    if selectors and not any(fed.values()):
        yield Doubt(
            Reason.SOURCE_UNKNOWN,
            f"nothing feeds {', '.join(sorted(fed))} any more; bring back what exports it",
        )
        return
    for selector in selectors:
        found = fed[selector.text]
        if selector.required and not found:
            yield Doubt(
                Reason.SOURCE_UNKNOWN,
                f"nothing feeds {selector.text} any more; bring back what exports it",
            )
        for source in (only,) if only in found and only is not None else found:
            yield from _judge(source, selector.text, sources, push_max_age)


def _judge(source: Source, selector: str, sources: Sources, push_max_age: float) -> Iterator[Doubt]:
    job, instance = source
    name = f"job={job!r}, instance={instance!r}"
    targets, pushes = sources.targets.get(source, ()), sources.pushes.get(source, ())
    if not targets and not pushes:
        yield Doubt(
            Reason.SOURCE_UNKNOWN,
            f"{selector} comes from {name}, which is neither an active target nor a push; "
            "scrape it, or push it with these labels",
        )
    for target in targets:
        yield from _target(target, name, selector)
    for push in pushes:
        yield from _push(push.values[-1], name, selector, sources.now, push_max_age)


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
            f"the last push of {name} lies {-age:.1f} s ahead of the server's clock; set the Pushgateway's clock right",
        )
    elif not age <= max_age:
        yield Doubt(
            Reason.PUSH_STALE,
            f"{selector} was last pushed by {name} {age:.0f} s ago, over the {max_age:.0f} s allowed; push again",
        )
