"""Writes the scripted month into a server's storage: with many samples in the last hours and fewer before.

Source of the format: OpenMetrics 1.0. ``promtool tsdb create-blocks-from openmetrics``
reads the text, and needs neither HELP nor TYPE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from gonogo.errors import ActionFailed
from gonogo.programs.promtool import ToolRun, backfill_openmetrics
from gonogo.programs.server_process import RunningServer
from gonogo.sandbox.sources import INSTANCE, RawSource
from gonogo.stopping import outcome

MONTH_STEP = timedelta(seconds=240)
"""The step of the far past. An instant selector looks back 5 min, so it always finds a sample."""

DAY = timedelta(hours=26)
DAY_STEP = timedelta(seconds=15)
"""The step of the last day. The rules for uptime read every sample of that day."""

LIVE = timedelta(minutes=45)
"""The time before the end in which the step is that of the live scrapes: 31 min of every signal and its windows."""

BLOCK = timedelta(hours=162)
"""The length of a block. promtool reads text once if it is cut at block bounds, else once for every block."""

EOF = "# EOF\n"
AT_ONCE = 2
"""The number of promtool processes that run at once."""


class Past(Struct, frozen=True):
    """The time that the history covers: the ``length`` before ``end``, in unix seconds."""

    end: float
    length: timedelta
    interval: timedelta


class Storage(Struct, frozen=True):
    """A server and the folder of its blocks."""

    server: RunningServer
    blocks: Path

    def load(self) -> None:
        """Restart the server, so that it finds new blocks at once. Without a restart it takes up to a minute."""
        self.server.kill()
        self.server.launch()


class HistorySpan(Struct, frozen=True):
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


def openmetrics(found: Iterable[RawSource], times: tuple[float, ...], end: float) -> Iterator[str]:
    """Yield the past of the series as text, in pieces of whole lines.

    Args:
        found: the series.
        times: seconds since ``end``, in order.
        end: the unix time at which the history ends.
    """
    stamps = [f" {end + second:.3f}\n" for second in times]
    for source in found:
        head = source.identity(job=source.job.value, instance=INSTANCE)
        values = map(source.value, times)
        yield "".join(
            [f"{head} {value!r}{stamp}" for value, stamp in zip(values, stamps, strict=True) if value is not None]
        )
    yield EOF


def backfill_sources(found: Iterable[RawSource], past: Past, storage: Storage) -> None:
    """Write the past of the raw series as blocks, and load them.

    Raises:
        MissingTool: promtool is not installed.
        ActionFailed: promtool refused the history.
    """
    series = tuple(found)
    parts = spans(sample_times(past.length, past.interval), past.end)
    with TemporaryDirectory(prefix="gonogo-history-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        runs = []
        for part in parts:
            text = Path(folder) / f"{part.block}.om"
            with text.open("w", encoding="utf-8") as file:
                file.writelines(openmetrics(series, part.times, past.end))
            runs.append(pool.submit(backfill_openmetrics, text, storage.blocks))
        for run in runs:
            check_passed(outcome(run), "the scripted history")
    storage.load()


def check_passed(run: ToolRun, what: str) -> None:
    """Raise the error of a run of promtool that did not pass."""
    if not run.passed:
        raise ActionFailed(
            f"{what} could not be made",
            where="promtool tsdb create-blocks-from",
            why=run.output.strip(),
            next_step="check that promtool and prometheus have the same version",
        )


def _steps(begin: float, end: float, step: float) -> Iterator[float]:
    second = begin
    while second < end:
        yield second
        second += step
