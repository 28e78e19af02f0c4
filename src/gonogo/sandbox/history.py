"""The scripted month as OpenMetrics text: dense where rules look closely, sparse where they do not.

Source of the format: OpenMetrics 1.0. ``promtool tsdb create-blocks-from openmetrics``
reads it, and needs neither HELP nor TYPE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from gonogo.model.series import REALM_LABEL
from gonogo.sandbox.sources import INSTANCE, RawSource

MONTH_STEP = timedelta(seconds=60)
"""The step of the far past. An instant selector looks back 5 min: nothing is ever missing at it."""

DAY = timedelta(hours=26)
DAY_STEP = timedelta(seconds=15)
"""The step of the last day, which uptime sees sample by sample."""

LIVE = timedelta(minutes=45)
"""How far back the steps are those of the live scrapes: over 31 min of every signal, and the windows before."""

BLOCK = timedelta(hours=162)
"""The length of a block. Text cut at its bounds is read once; uncut, all of it is read again for every block."""

EOF = "# EOF\n"


@dataclass(frozen=True, slots=True)
class HistorySpan:
    """A part of the history that lies in one block; times are seconds since the end of the history."""

    block: int
    times: tuple[float, ...]


def sample_times(length: timedelta, interval: timedelta) -> tuple[float, ...]:
    """Give when samples were taken, in seconds since the end of the history: oldest first, the last at 0."""
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
    """Cut the history where promtool cuts it into blocks: at whole multiples of their length since 1970."""
    block = BLOCK.total_seconds()
    return tuple(HistorySpan(number, tuple(part)) for number, part in groupby(times, lambda s: int((end + s) // block)))


def openmetrics(found: Iterable[RawSource], times: tuple[float, ...], end: float, realm: str) -> Iterator[str]:
    """Write the series' past, in pieces that are whole lines.

    Args:
        found: the series.
        times: seconds since ``end``, in order.
        end: the unix time at which the history ends.
        realm: the label that marks all of it as the sandbox's.
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
