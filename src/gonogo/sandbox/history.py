"""Writes the scripted month as OpenMetrics text: with many samples in the last hours and fewer before.

Source of the format: OpenMetrics 1.0. ``promtool tsdb create-blocks-from openmetrics``
reads the text, and needs neither HELP nor TYPE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from gonogo.model.series import REALM_LABEL
from gonogo.sandbox.sources import INSTANCE, RawSource

MONTH_STEP = timedelta(seconds=60)
"""The step of the far past. An instant selector looks back 5 min, so it always finds a sample."""

DAY = timedelta(hours=26)
DAY_STEP = timedelta(seconds=15)
"""The step of the last day. The rules for uptime read every sample of that day."""

LIVE = timedelta(minutes=45)
"""The time before the end in which the step is that of the live scrapes: 31 min of every signal and its windows."""

BLOCK = timedelta(hours=162)
"""The length of a block. promtool reads text once if it is cut at block bounds, else once for every block."""

EOF = "# EOF\n"


@dataclass(frozen=True, slots=True)
class HistorySpan:
    """A part of the history in one block. The times are seconds since the end of the history."""

    block: int
    times: tuple[float, ...]


def sample_times(length: timedelta, interval: timedelta) -> tuple[float, ...]:
    """Return the times of the samples in seconds since the end of the history: oldest first, the last is 0."""
    if not length:
        return ()
    times: list[float] = []
    for since, until, step in (
        (length, DAY, MONTH_STEP),
        (DAY, LIVE, DAY_STEP),
        (LIVE, timedelta(0), interval),
    ):
        begin, end = (-min(age, length).total_seconds() for age in (since, until))
        times += _steps(begin, end, max(step, interval).total_seconds())
    return (*times, 0.0)


def spans(times: Iterable[float], end: float) -> tuple[HistorySpan, ...]:
    """Cut the history at the block bounds of promtool: at whole multiples of the block length since 1970."""
    block = BLOCK.total_seconds()
    return tuple(HistorySpan(number, tuple(part)) for number, part in groupby(times, lambda s: int((end + s) // block)))


def openmetrics(found: Iterable[RawSource], times: tuple[float, ...], end: float, realm: str) -> Iterator[str]:
    """Yield the past of the series as text, in pieces of whole lines.

    Args:
        found: the series.
        times: seconds since ``end``, in order.
        end: the unix time at which the history ends.
        realm: the realm of all series.
    """
    stamps = [f" {end + second:.3f}\n" for second in times]
    for source in found:
        labels = {REALM_LABEL: realm, **source.labels, "job": source.job.value, "instance": INSTANCE}
        pairs = ",".join(f'{name}="{value}"' for name, value in labels.items())
        head = f"{source.name}{{{pairs}}} "
        values = map(source.value, times)
        yield "".join(
            [f"{head}{value!r}{stamp}" for value, stamp in zip(values, stamps, strict=True) if value is not None]
        )
    yield EOF


def _steps(begin: float, end: float, step: float) -> Iterator[float]:
    second = begin
    while second < end:
        yield second
        second += step
