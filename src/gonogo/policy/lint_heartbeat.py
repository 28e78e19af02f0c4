"""Policy lint of the three durations of the heartbeat: ``every``, ``fresh`` and ``window``.

Each warning has its numbers, for a healthy day on which 1 % of the beats are
lost (``gonogo.stats.heartbeat_guard``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.heartbeat import Heartbeat
from gonogo.policy.complaints import PolicyFinding, PolicySeverity
from gonogo.stats.heartbeat_guard import (
    DAY,
    HEALTHY_LOSS,
    JITTER,
    any_gap,
    detection,
    gap_exceeds,
    loss_run,
    outage_missed,
)

BEATS_IN_A_WINDOW = 5
"""The number of beats in ``window`` below which lint warns."""
SCRAPES_IN_A_WINDOW = 2
"""The least number of scrapes in a window that shows a change."""
_SECOND = timedelta(seconds=1)
_LEAST_PERCENT, _MOST_PERCENT = 0.001, 99


def heartbeat_findings(heartbeat: Heartbeat, *, scrape: timedelta | None) -> tuple[PolicyFinding, ...]:
    """Return the findings about the durations of the heartbeat.

    ``scrape`` is the interval at which the writer's file or the Pushgateway is scraped.
    Checks that need it are left out if it is ``None``.
    """
    return (*_errors(heartbeat, scrape), *_warnings(heartbeat, scrape))


def _errors(heartbeat: Heartbeat, scrape: timedelta | None) -> Iterator[PolicyFinding]:
    every = format_duration(heartbeat.every)
    if heartbeat.fresh <= heartbeat.every:
        message = f"a limit of {heartbeat.fresh_name} makes a healthy writer stale before its next beat, {every} later"
        yield _error("fresh-not-over-every", "fresh", message, f"use {_whole(2.5 * heartbeat.every)}")
    elif scrape is not None and heartbeat.fresh < heartbeat.every + scrape:
        message = f"a beat every {every}, seen up to {format_duration(scrape)} later, is stale without any loss"
        yield _error("fresh-not-over-every", "fresh", message, f"use {_whole(2.5 * heartbeat.every + scrape)}")
    if heartbeat.window <= heartbeat.every:
        message = f"a window of {heartbeat.window_name} can be without a beat, because a beat comes every {every}"
        yield _error("window-not-over-every", "window", message, f"use {_whole(BEATS_IN_A_WINDOW * heartbeat.every)}")
    if scrape is not None and heartbeat.window < SCRAPES_IN_A_WINDOW * scrape:
        message = (
            f"a window of {heartbeat.window_name} is shorter than two scrapes, one every {format_duration(scrape)}"
        )
        yield _error("window-lt-2x-scrape", "window", message, f"use at least {_whole(4 * scrape)}")


def _warnings(heartbeat: Heartbeat, scrape: timedelta | None) -> Iterator[PolicyFinding]:
    every, fresh, window = (_seconds(time) for time in (heartbeat.every, heartbeat.fresh, heartbeat.window))
    if heartbeat.fresh > heartbeat.every and heartbeat.fresh % heartbeat.every == timedelta(0):
        better = heartbeat.fresh + heartbeat.every / 2
        message = (
            f"{heartbeat.fresh_name} is a whole multiple of every, so that jitter decides: "
            f"{_alarms(every, fresh, scrape)} ({_alarms(every, _seconds(better), scrape)} at {_whole(better)}); "
            f"{misses(every, fresh, scrape)}"
        )
        yield _warning("fresh-multiple-of-every", "fresh", message, f"use {_whole(better)}, or beat more often")
    if heartbeat.every < heartbeat.window < BEATS_IN_A_WINDOW * heartbeat.every:
        fits = math.floor(window / every)
        enough = BEATS_IN_A_WINDOW * heartbeat.every
        alarms, fewer = (loss_run(int(DAY / every), run, loss=HEALTHY_LOSS) for run in (fits, BEATS_IN_A_WINDOW))
        message = (
            f"{heartbeat.window_name} has room for {fits} beat{'s' * (fits > 1)}: changes is 0 on {share(alarms)} of "
            f"healthy days ({share(fewer)} at {_whole(enough)}); {misses(every, window, scrape)}"
        )
        yield _warning("window-lt-5x-every", "window", message, f"use at least {_whole(enough)}")


def alarms_a_day(every: float, limit: float, scrape: float) -> float:
    """Return the share of healthy days on which the age of the newest beat exceeds a limit. Times are in seconds."""
    return any_gap(gap_exceeds(every, limit, loss=HEALTHY_LOSS, jitter=JITTER, delay=scrape), every, loss=HEALTHY_LOSS)


def share(probability: float) -> str:
    """Return a probability as a percentage with two significant digits."""
    percent = probability * 100
    if percent < _LEAST_PERCENT:
        return f"under {_LEAST_PERCENT:g} %"
    if percent > _MOST_PERCENT:
        return f"over {_MOST_PERCENT:g} %"
    return f"{percent:.2g} %"


def misses(every: float, limit: float, scrape: timedelta | None) -> str:
    """Return a clause with the outages that a limit on the age of the newest beat misses. Times are in seconds."""
    outage = limit / 2
    missed = outage_missed(every, limit, outage)
    late = detection(every, limit, _seconds(scrape)).longest
    return (
        f"an outage of {outage:g}s is missed with probability {missed:.2g}, "
        f"a dead writer is seen after at most {late:g}s"
    )


def _alarms(every: float, limit: float, scrape: timedelta | None) -> str:
    return f"a false alarm on {share(alarms_a_day(every, limit, _seconds(scrape)))} of healthy days"


def _seconds(duration: timedelta | None) -> float:
    return duration / _SECOND if duration is not None else 0.0


def _whole(duration: timedelta) -> str:
    """Return a duration as text, rounded up to whole seconds."""
    return format_duration(timedelta(seconds=math.ceil(duration / _SECOND)))


def _error(check: str, key: str, message: str, next_step: str) -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.ERROR, ("heartbeat", key), message, next_step)


def _warning(check: str, key: str, message: str, next_step: str) -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.WARNING, ("heartbeat", key), message, next_step)
