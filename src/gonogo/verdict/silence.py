"""Finds the targets that are up and export a metric no more, although nothing restarted them.

A target that was restarted begins anew: a counter of errors is not there until the first error. So a target is
silent only if it exported the metric since its last restart. The time of the restart is ``process_start_time_seconds``,
or else the end of the last gap in ``up``.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import ceil
from statistics import median_low

from gonogo.durations import format_duration
from gonogo.model.series import Series
from gonogo.promql.matchers import equal, named, narrowed
from gonogo.promql.selectors import Selector
from gonogo.verdict.core.sources import Source, source_of
from gonogo.verdict.inquiry import RECENT, Inquiry
from gonogo.verdict.origins import Origins, of_sources

MOST_ASKED = 100
"""The largest number of targets whose past is read. Beyond it, all of them count as silent."""

STARTED = "process_start_time_seconds"
"""The metric with the start of a process. Source: Prometheus documentation, "Writing client libraries"."""

GAP_INTERVALS = 2
"""A distance of more than this many usual distances between two samples of ``up`` is a gap."""


def without_explained(
    server: Inquiry,
    gone: Origins,
    selectors: Iterable[Selector],
    up: frozenset[Source],
    now: float,
    most: int = MOST_ASKED,
) -> Origins:
    """Leave out of the gone sources the targets that are up and whose silence has an explanation.

    The target exports another series of the metric, or did not export the metric since its last restart. ``up`` has
    the targets that are up, and ``now`` is the server's unix time.
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
        questions[text] = f"group by (job, instance) ({narrowed(whole, *among)})"
    answers = {key: _by_source(rows) for key, rows in server.query_each(questions, at=now).items()}
    started = answers.pop(STARTED)
    started = {**_gap_ends(server, [one for one in asked if one not in started], now), **started}
    silent = {text: sources.difference(answers[text]) for text, sources in quiet.items()}
    silent = _exported_since(server, silent, started, now)
    explained = {text: sources - silent[text] for text, sources in quiet.items()}
    return {
        text: tuple(row for row in rows if source_of(row.labels) not in explained.get(text, frozenset()))
        for text, rows in gone.items()
    }


def _by_source(rows: Iterable[Series]) -> dict[Source, float]:
    return {source_of(row.labels): row.values[-1] for row in rows}


def _exported_since(
    server: Inquiry, quiet: Mapping[str, frozenset[Source]], started: Mapping[Source, float], now: float
) -> dict[str, frozenset[Source]]:
    """Return the sources of each selector that exported its series since their start.

    A target that was not started within a day exported them since then: that is why it is asked about.
    """
    young = {one: now - at for one, at in started.items() if now - at < RECENT.total_seconds()}
    asked = {
        f"{text} {source}": f"group(last_over_time({narrowed(text, *_equal(source))}[{ceil(young[source] * 1000)}ms]))"
        for text, sources in quiet.items()
        for source in sources & young.keys()
    }
    found = server.query_each(asked, at=now)
    return {
        text: frozenset(source for source in sources if found.get(f"{text} {source}", True))
        for text, sources in quiet.items()
    }


def _equal(source: Source) -> tuple[str, str]:
    job, instance = source
    return equal("job", job), equal("instance", instance)


def _gap_ends(server: Inquiry, sources: list[Source], now: float) -> Mapping[Source, float]:
    """Map the targets that were down or away within a day to the time at which they came back."""
    if not sources:
        return {}
    rows = server.query(f"{narrowed('up', *of_sources(sources))}[{format_duration(RECENT)}]", at=now)
    found = {}
    for row in rows:
        good = [time for time, value in zip(row.times, row.values, strict=True) if value == 1]
        usual = median_low([after - before for before, after in pairwise(row.times)] or [0.0])
        ends = [after for before, after in pairwise(good) if after - before > GAP_INTERVALS * usual]
        if ends:
            found[source_of(row.labels)] = ends[-1]
    return found
