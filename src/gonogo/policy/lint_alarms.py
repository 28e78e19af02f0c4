"""Policy lint of false alarms: the durations of the heartbeat, and ``for`` on a signal that looks back over a window.

Each warning has its numbers, for a healthy day on which 1 % of the beats are lost (``gonogo.stats.heartbeat_guard``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from gonogo.durations import format_duration, parse_duration
from gonogo.model.condition import Comparison
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Policy, Role
from gonogo.policy.complaints import PolicyFinding, PolicySeverity
from gonogo.policy.heartbeat import BEATS_IN_A_WINDOW, whole_seconds
from gonogo.stats.heartbeat_guard import (
    DAY,
    HEALTHY_LOSS,
    JITTER,
    any_gap,
    detection,
    gap_exceeds,
    loss_run,
    outage_missed,
    sustained_false_alarm,
)

_SECOND = timedelta(seconds=1)
_LEAST_PERCENT, _MOST_PERCENT = 0.001, 99


def heartbeat_warnings(heartbeat: Heartbeat, scrape: timedelta | None) -> Iterator[PolicyFinding]:
    """Yield the settings of the heartbeat that work badly, each with its numbers.

    ``scrape`` is the interval at which the writer's file or the Pushgateway is scraped; ``None`` = not known.
    """
    every, fresh, window = (_seconds(time) for time in (heartbeat.every, heartbeat.fresh, heartbeat.window))
    if heartbeat.fresh > heartbeat.every and heartbeat.fresh % heartbeat.every == timedelta(0):
        better = heartbeat.fresh + heartbeat.every / 2
        message = (
            f"{heartbeat.fresh_name} is a whole multiple of every, so that jitter decides: "
            f"{_alarms(every, fresh, scrape)} ({_alarms(every, _seconds(better), scrape)} at {whole_seconds(better)}); "
            f"{misses(every, fresh, scrape)}"
        )
        yield _warning("fresh-multiple-of-every", "fresh", message, f"use {whole_seconds(better)}, or beat more often")
    if heartbeat.every < heartbeat.window < BEATS_IN_A_WINDOW * heartbeat.every:
        fits = math.floor(window / every)
        enough = BEATS_IN_A_WINDOW * heartbeat.every
        alarms, fewer = (loss_run(int(DAY / every), run, loss=HEALTHY_LOSS) for run in (fits, BEATS_IN_A_WINDOW))
        message = (
            f"{heartbeat.window_name} has room for {fits} beat{'s' * (fits > 1)}: changes is 0 on {share(alarms)} of "
            f"healthy days ({share(fewer)} at {whole_seconds(enough)}); {misses(every, window, scrape)}"
        )
        yield _warning("window-lt-5x-every", "window", message, f"use at least {whole_seconds(enough)}")


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


def _warning(check: str, key: str, message: str, next_step: str) -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.WARNING, ("heartbeat", key), message, next_step)


DEFAULT_EVALUATION = timedelta(seconds=30)
"""The evaluation interval that is assumed if that of the server is not known."""
WORTH = 3
"""A ``for`` of this many windows filters well."""
_DAY = timedelta(days=1)


def sustained_findings(
    policy: Policy, *, scrape: timedelta | None, evaluation: timedelta | None
) -> Iterator[PolicyFinding]:
    """Yield a warning for each ``for`` that is shorter than the rolling window of its signal."""
    sustained = [
        (placed, term, term.held)
        for placed in policy.every_condition()
        for term in placed.condition.terms
        if isinstance(term, Comparison) and term.held is not None and term.signal in policy.signals
    ]
    if not sustained:
        return
    tick = evaluation or DEFAULT_EVALUATION
    windows = rolling_windows(policy, tick)
    for placed, term, held in sustained:
        window = windows.get(policy.signals[term.signal].metric)
        if window is None or held >= window:
            continue
        what = f"for {format_duration(held)} is shorter than the window of {term.signal}, {format_duration(window)}"
        if placed.role is Role.REQUIRE:
            worth = "the signal covers this time already, so the for has no effect"
        elif (limit := _beat_limit(policy.heartbeat, term.signal)) is not None:
            worth = _beaten(policy.heartbeat, limit + held, scrape)
        else:
            worth = _clustered(window, held, tick)
        step = f"use at least {format_duration(window)}, or accept this"
        yield PolicyFinding("for-lt-window", PolicySeverity.WARNING, placed.loc, f"{what}: {worth}", step)


def _beat_limit(heartbeat: Heartbeat, signal: str) -> timedelta | None:
    """Return the age of the newest beat at which a heartbeat signal becomes bad; ``None`` for other signals."""
    if signal == f"heartbeat_changes_{heartbeat.window_name}":
        return heartbeat.window
    return min(heartbeat.fresh, heartbeat.window) if signal in {"heartbeat_ok", "heartbeat_stall"} else None


def _beaten(heartbeat: Heartbeat, limit: timedelta, scrape: timedelta | None) -> str:
    every, waited = heartbeat.every / _SECOND, (scrape or timedelta(0)) / _SECOND
    alarms = alarms_a_day(every, limit / _SECOND, waited)
    return (
        f"the next beat ends the condition, so it is a false alarm on {share(alarms)} of healthy days; "
        f"{misses(every, limit / _SECOND, scrape)}"
    )


def _clustered(window: timedelta, held: timedelta, tick: timedelta) -> str:
    alarms, better = _false_alarm(window, held, tick), ""
    if WORTH * window < _DAY:
        better = f" ({share(_false_alarm(window, WORTH * window, tick))} for {format_duration(WORTH * window)})"
    return (
        "one event can keep the signal over the threshold for the whole window, so if 1 % of evaluations have one, "
        f"there is a false alarm on {share(alarms)} of days{better}; no violation of {format_duration(held)} is missed"
    )


def _false_alarm(window: timedelta, held: timedelta, tick: timedelta) -> float:
    return sustained_false_alarm(_DAY // tick, window=window // tick, held=held // tick, bad=HEALTHY_LOSS)


_RANGE = re.compile(r"\[([0-9a-z]+)(?::[0-9a-z]*)?\]")
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def rolling_windows(policy: Policy, interval: timedelta) -> Mapping[str, timedelta]:
    """Return the longest range of each recorded metric. The ranges of recorded metrics that it reads count too.

    A metric without any range is left out.
    """
    from gonogo.rulepack.gates.catalogue import PRESET_GATES  # noqa: PLC0415 - a policy without the preset does not pay for it
    from gonogo.rulepack.rules import recording_rules  # noqa: PLC0415 - as above

    windows: dict[str, timedelta] = {}
    for gate in PRESET_GATES:
        for rule in recording_rules(gate, policy, interval):
            under = [parse_duration(text) for text in _RANGE.findall(rule.expression)]
            under += [windows[name] for name in (rule.name, *_NAME.findall(rule.expression)) if name in windows]
            if under:
                windows[rule.name] = max(under)
    return windows
