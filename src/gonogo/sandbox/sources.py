"""The scripted sources: every raw series of the sandbox as a function of time.

The same functions produce the history and the live exports, so a counter never
jumps where the history ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from gonogo.model.versions import FLOAT_BOUNDS, Version, reaches
from gonogo.rulepack.gates.canary import UNIQUE_WINDOW
from gonogo.rulepack.gates.dr import BUCKETS
from gonogo.sandbox.course import Curve
from gonogo.sandbox.rehearsals import Rehearsals
from gonogo.sandbox.story import Outage, Story

HOUR = 3600.0

INSTANCE = "sandbox"
"""The label ``instance`` of all scripted series. It is fixed, because ports vary and two values would be ambiguous."""


_BOUND, _LAST_BOUND = "le", "+Inf"
_LAST_SUCCESS = "last_success_timestamp_seconds"

Value = Callable[[float], float | None]
"""Seconds since the end of the history (negative in the past) -> the value, or ``None`` if not exported yet."""


class FeedJob(StrEnum):
    """The label ``job`` of a series, which says how the series reaches the server."""

    NODE = "node"
    REHEARSAL = "dr_rehearsal"


@dataclass(frozen=True, slots=True)
class RawSource:
    """A raw series: its name, its own labels, and its value over time. A ``counter`` only grows."""

    name: str
    labels: Mapping[str, str]
    counter: bool
    job: FeedJob
    value: Value


def sources(story: Story, prefix: str, end: float) -> tuple[RawSource, ...]:
    """Return all scripted sources except the heartbeat, which is real after the start of the sandbox.

    Args:
        story: the scripted month.
        prefix: the beginning of the metrics' names.
        end: the unix time at which the history ends.
    """
    return (
        *_budget(story, prefix),
        *_canary(story, prefix),
        *_stability(story, prefix),
        *_rehearsals(story, prefix, end),
    )


def as_scraped(found: Iterable[RawSource], version: Version | None) -> tuple[RawSource, ...]:
    """Return the sources with the labels that this version of the server stores, so that history and scrapes match."""
    if not reaches(version, FLOAT_BOUNDS):
        return tuple(found)
    return tuple(replace(source, labels=_with_float_bound(source.labels)) for source in found)


def _with_float_bound(labels: Mapping[str, str]) -> Mapping[str, str]:
    bound = labels.get(_BOUND, _LAST_BOUND)
    return labels if bound == _LAST_BOUND else {**labels, _BOUND: repr(float(bound))}


def heartbeat(story: Story, prefix: str, every: timedelta, end: float) -> tuple[RawSource, ...]:
    """Return the past of the heartbeat. ``end`` is the unix time at which the history ends.

    The beats are at multiples of ``every`` since 1970, and the number of a beat is that multiple.
    """
    grid = every.total_seconds()

    def last(second: float) -> int:
        return _last_beat(math.floor((end + second) / grid), story.outages, grid, end)

    return (
        RawSource(f"{prefix}_textfile_heartbeat_seq", {"via": "textfile"}, False, FeedJob.NODE, last),
        RawSource(
            f"{prefix}_textfile_heartbeat_ts", {"via": "textfile"}, False, FeedJob.NODE, lambda s: last(s) * grid
        ),
    )


def _last_beat(number: int, outages: tuple[Outage, ...], grid: float, end: float) -> int:
    for outage in sorted(outages, key=lambda o: o.began):
        began, ended = end - outage.began.total_seconds(), end - outage.ended.total_seconds()
        if began <= number * grid < ended:
            number = math.ceil(began / grid) - 1
    return number


def _budget(story: Story, prefix: str) -> Iterator[RawSource]:
    labels = {"slo": "green"}
    rate = story.events_per_second
    yield RawSource(f"{prefix}_slo_events_total", labels, True, FeedJob.NODE, _steady(story, rate))
    yield RawSource(f"{prefix}_slo_bad_total", labels, True, FeedJob.NODE, _counted(story, story.bad_ratio, rate))


def _canary(story: Story, prefix: str) -> Iterator[RawSource]:
    rate = story.canaries_per_hour / HOUR
    rollbacks, promotions = story.rollback_ratio, story.rollback_ratio.complement()
    yield RawSource(
        f"{prefix}_canary_events_total", {}, True, FeedJob.NODE, _steady(story, story.canary_events_per_second)
    )
    yield RawSource(f"{prefix}_canary_rollback_total", {}, True, FeedJob.NODE, _counted(story, rollbacks, rate))
    yield RawSource(f"{prefix}_canary_promote_total", {}, True, FeedJob.NODE, _counted(story, promotions, rate))
    yield RawSource(f"{prefix}_p_unique_ratio", {"window": UNIQUE_WINDOW}, False, FeedJob.NODE, story.unique_ratio.at)


def _stability(story: Story, prefix: str) -> Iterator[RawSource]:
    yield RawSource(f"{prefix}_alert_rate_per_hour", {}, False, FeedJob.NODE, story.alerts_per_hour.at)
    yield RawSource(f"{prefix}_mttr_seconds", {}, False, FeedJob.NODE, story.mttr_seconds.at)
    created = _counted(story, story.evidence_per_hour, 1 / HOUR)
    yield RawSource(f"{prefix}_ev_created_total", {}, True, FeedJob.NODE, created)


def _rehearsals(story: Story, prefix: str, end: float) -> Iterator[RawSource]:
    rehearsals = Rehearsals(story)
    name = f"{prefix}_dr_rehearsal"

    def source(suffix: str, value: Value, **labels: str) -> RawSource:
        return RawSource(f"{name}_{suffix}", labels, suffix != _LAST_SUCCESS, FeedJob.REHEARSAL, value)

    def last_success(second: float) -> float | None:
        last = rehearsals.last_success(second)
        return None if last is None else end + last

    yield source("success_total", rehearsals.succeeded)
    yield source("failure_total", rehearsals.failed)
    for bound in BUCKETS:
        yield source("duration_seconds_bucket", rehearsals.within(bound), le=str(bound))
    yield source("duration_seconds_bucket", rehearsals.succeeded, le=_LAST_BOUND)
    yield source("duration_seconds_sum", rehearsals.spent)
    yield source("duration_seconds_count", rehearsals.succeeded)
    yield source(_LAST_SUCCESS, last_success)


def _steady(story: Story, per_second: float) -> Callable[[float], float]:
    length = story.length.total_seconds()
    return lambda second: math.floor(per_second * (second + length))


def _counted(story: Story, course: Curve, factor: float) -> Callable[[float], float]:
    begin = -story.length.total_seconds()
    return lambda second: math.floor(factor * course.total(begin, second))
