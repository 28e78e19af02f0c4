"""Finds the targets that are up and export a metric no more, although nothing restarted them.

A target that was restarted begins anew: a counter of errors is not there until the first error. So a restart after the
last sample explains the silence. Its time is ``process_start_time_seconds``, or else a gap in ``up``.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from math import inf

from gonogo.durations import format_duration
from gonogo.model.series import Series
from gonogo.promql.matchers import named, narrowed
from gonogo.promql.selectors import Selector
from gonogo.verdict.core.sources import Source, source_of
from gonogo.verdict.inquiry import RECENT, Inquiry
from gonogo.verdict.origins import Origins, of_sources

STEP = timedelta(seconds=15)
"""The time between two looks into the past day.

Without ``process_start_time_seconds`` a restart that is over within this time is not seen. A metric that a restarted
target exported for less than this time may count as not exported since the restart.
"""

MOST_ASKED = 100
"""The largest number of targets whose past is read. Beyond it, all of them count as silent."""

STARTED = "process_start_time_seconds"
"""The metric with the start of a process. Source: Prometheus documentation, "Writing client libraries"."""

_PAST = f"{format_duration(RECENT)}:{format_duration(STEP)}"


def without_explained(
    server: Inquiry, gone: Origins, selectors: Iterable[Selector], up: frozenset[Source], most: int = MOST_ASKED
) -> Origins:
    """Leave out of the gone sources the targets that are up and whose silence has an explanation.

    The target exports another series of the metric, or was restarted since its last sample. ``up`` has the targets
    that are up.
    """
    quiet = {text: up.intersection(source_of(row.labels) for row in rows) for text, rows in gone.items()}
    quiet = {text: sources for text, sources in quiet.items() if sources}
    asked = sorted(frozenset().union(*quiet.values()))
    if not asked or len(asked) > most:
        return gone
    metrics = {selector.text: selector.metric for selector in selectors}
    among = of_sources(asked)
    questions = {STARTED: f"max by (job, instance) ({narrowed(STARTED, *among)})"}
    for text in quiet:
        whole = text if (metric := metrics[text]) is None else named((metric,))
        questions[f"any {text}"] = f"group by (job, instance) ({narrowed(whole, *among)})"
        past = f"timestamp({narrowed(text, *among)})[{_PAST}]"
        questions[f"last {text}"] = f"max by (job, instance) (max_over_time({past}))"
    answers = {key: _by_source(rows) for key, rows in server.query_each(questions).items()}
    started = answers[STARTED]
    gaps = _gaps(server, [source for source in asked if source not in started])
    explained = {
        text: {
            source
            for source in sources
            if source in answers[f"any {text}"]
            or max(started.get(source, 0.0), gaps.get(source, 0.0)) > answers[f"last {text}"].get(source, inf)
        }
        for text, sources in quiet.items()
    }
    return {
        text: tuple(row for row in rows if source_of(row.labels) not in explained.get(text, ()))
        for text, rows in gone.items()
    }


def _by_source(rows: Iterable[Series]) -> dict[Source, float]:
    return {source_of(row.labels): row.values[-1] for row in rows}


def _gaps(server: Inquiry, sources: list[Source]) -> Mapping[Source, float]:
    """Map the targets that were down or away within a day to the time at which they came back."""
    if not sources:
        return {}
    rows = server.query(f"({narrowed('up', *of_sources(sources))} == 1)[{_PAST}]")
    found = {}
    for row in rows:
        ends = [after for before, after in pairwise(row.times) if after - before > 1.5 * STEP.total_seconds()]
        found[source_of(row.labels)] = max(ends, default=0.0)
    return found
