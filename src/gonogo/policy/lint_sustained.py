"""Policy lint of ``for`` on a signal that itself looks back over a window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from gonogo.durations import format_duration, parse_duration
from gonogo.model.condition import Comparison
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import PlacedCondition, Policy, Role
from gonogo.policy.complaints import PolicyFinding, PolicySeverity
from gonogo.policy.lint_heartbeat import alarms_a_day, misses, share
from gonogo.stats.heartbeat_guard import HEALTHY_LOSS, sustained_false_alarm

DEFAULT_EVALUATION = timedelta(seconds=30)
"""The evaluation interval that is assumed if that of the server is not known."""
WORTH = 3
"""A ``for`` of this many windows filters well."""
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def sustained_findings(
    policy: Policy, *, scrape: timedelta | None, evaluation: timedelta | None
) -> Iterator[PolicyFinding]:
    """Yield a warning for each ``for`` that is shorter than the rolling window of its signal."""
    sustained = tuple(_sustained(policy))
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


def _sustained(policy: Policy) -> Iterator[tuple[PlacedCondition, Comparison, timedelta]]:
    for placed in policy.every_condition():
        for term in placed.condition.terms:
            if isinstance(term, Comparison) and term.held is not None and term.signal in policy.signals:
                yield placed, term, term.held


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
            under += [windows[name] for name in _NAME.findall(rule.expression) if name in windows]
            if under:
                windows[rule.name] = max([*under, *([windows[rule.name]] if rule.name in windows else [])])
    return windows
