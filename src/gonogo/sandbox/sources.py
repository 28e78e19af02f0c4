"""The scripted sources: every raw series of the sandbox as a function of time.

The same functions produce the history and the live exports, so a counter never
jumps where the history ends.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import accumulate, cycle

from msgspec import Struct

from gonogo.disk.exposition import identity
from gonogo.model.replacing import replace
from gonogo.model.series import REALM_LABEL
from gonogo.model.versions import FLOAT_BOUNDS, Version, reaches
from gonogo.rulepack.gates.canary import UNIQUE_WINDOW
from gonogo.rulepack.gates.dr import BUCKETS
from gonogo.sandbox.story import Curve, Outage, Story

DAY = 86_400.0

HORIZON = 366
"""The number of days after the end of the history with rehearsals. A sandbox may run that long."""


class Rehearsals:
    """The daily rehearsals of a story, with counts up to any time.

    Times are seconds since the end of the history. If the last rehearsal in the history is over a day
    old, no rehearsal follows it.
    """

    def __init__(self, story: Story) -> None:
        begin, newest = -story.length.total_seconds(), -story.rehearsal_age.total_seconds()
        past = int((newest - begin) // DAY) + 1 if newest >= begin else 0
        coming = HORIZON if newest > -DAY else 0
        minutes = cycle(story.rehearsal_minutes)
        taken = [next(minutes) for _ in range(past)][::-1] + [next(minutes) for _ in range(coming)]
        self._times = [newest + DAY * number for number in range(1 - past, 1 + coming)]
        self._seconds = [60 * each for each in taken]
        self._failures = sorted(-ago.total_seconds() for ago in story.failed_rehearsals if ago <= story.length)

    def last_success(self, second: float) -> float | None:
        """Return the time of the last success up to ``second``, or ``None`` if there was none."""
        number = bisect_right(self._times, second)
        return self._times[number - 1] if number else None

    def succeeded(self, second: float) -> int:
        """Return the number of successes up to ``second``."""
        return bisect_right(self._times, second)

    def failed(self, second: float) -> int:
        """Return the number of failures up to ``second``."""
        return bisect_right(self._failures, second)

    def spent(self, second: float) -> float:
        """Return the total duration in seconds of the successes up to ``second``."""
        return sum(self._seconds[: self.succeeded(second)])

    def within(self, bound: float) -> Callable[[float], int]:
        """Return a function that counts the successes of at most ``bound`` seconds, as a histogram's bucket does."""
        counts = [0, *accumulate(int(seconds <= bound) for seconds in self._seconds)]
        return lambda second: counts[self.succeeded(second)]


HOUR = 3600.0

REALM = "sandbox"
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


class RawSource(Struct, frozen=True):
    """A raw series: its name, its own labels, and its value over time. A ``counter`` only grows."""

    name: str
    labels: Mapping[str, str]
    counter: bool
    job: FeedJob
    value: Value

    def identity(self, **more: str) -> str:
        """Write the name and the labels of the series, with the realm and more labels."""
        return identity(self.name, {REALM_LABEL: REALM, **self.labels, **more})


def sources(story: Story, prefix: str, end: float) -> tuple[RawSource, ...]:
    """Return all scripted sources except the heartbeat, which is real after the start of the sandbox.

    Args:
        story: the scripted month.
        prefix: the beginning of the metrics' names.
        end: the unix time at which the history ends.
    """

    def counter(name: str, value: Value, **labels: str) -> RawSource:
        return RawSource(f"{prefix}_{name}", labels, True, FeedJob.NODE, value)

    def gauge(name: str, value: Value, **labels: str) -> RawSource:
        return RawSource(f"{prefix}_{name}", labels, False, FeedJob.NODE, value)

    canaries = story.canaries_per_hour / HOUR
    return (
        counter("slo_events_total", _steady(story, story.events_per_second), slo="green"),
        counter("slo_bad_total", _counted(story, story.bad_ratio, story.events_per_second), slo="green"),
        counter("canary_events_total", _steady(story, story.canary_events_per_second)),
        counter("canary_rollback_total", _counted(story, story.rollback_ratio, canaries)),
        counter("canary_promote_total", _counted(story, story.rollback_ratio.complement(), canaries)),
        gauge("p_unique_ratio", story.unique_ratio.at, window=UNIQUE_WINDOW),
        gauge("alert_rate_per_hour", story.alerts_per_hour.at),
        gauge("mttr_seconds", story.mttr_seconds.at),
        counter("ev_created_total", _counted(story, story.evidence_per_hour, 1 / HOUR)),
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
