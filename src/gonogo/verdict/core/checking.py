"""Judges a condition on the readings of its signals."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from math import floor, isfinite

from gonogo.model.condition import FALLING_TOLERANCE, Comparison, Condition, Falling, Operator, Term, Unknown
from gonogo.model.outcome import Doubt, JudgedCondition, Outcome, Reason, any_of, in_order, named
from gonogo.model.policy import Signal, ValueRange
from gonogo.model.replacing import replace
from gonogo.model.series import Series
from gonogo.verdict.core.firing_alerts import provable
from gonogo.verdict.core.reading import Reading
from gonogo.verdict.core.recomputation import Unconfirmed
from gonogo.verdict.core.series_doubts import histogram_detail
from gonogo.verdict.core.tolerances import AGE_INTERVALS, DUE_SHARE, KNOWN_INTERVALS

Combine = Callable[[Iterable[Outcome]], Outcome]
Read = Callable[[str], tuple[Reading, ...]]
"""A function from the name of a signal to its readings for one subject, one for each label set."""


def check(condition: Condition, read: Read, now: float, *, members: Combine) -> tuple[JudgedCondition, ...]:
    """Judge a condition: one check for each label set of its signal, or a single check if the condition has ``or``.

    ``read`` returns the readings of a signal, by its name. ``members`` combines the outcomes of a term's label sets
    under ``or``: ``all_of`` for a requirement, ``any_of`` for a violation.
    """
    if len(condition.terms) == 1:
        return check_each(condition.terms[0], condition.text, read, now)
    by_term = [check_each(term, str(term), read, now) for term in condition.terms]
    parts = tuple(part for found in by_term for part in found)
    outcome = any_of(members(part.outcome for part in found) for found in by_term)
    doubts = in_order(doubt for part in parts for doubt in part.doubts) if outcome is Outcome.UNKNOWN else ()
    shown = next((part for part in parts if part.outcome is outcome), parts[0])
    detail = shown.detail if outcome is Outcome.PASS else "; ".join(part.detail for part in parts)
    return (
        replace(
            shown,
            condition=condition.text,
            outcome=outcome,
            doubts=doubts,
            detail=doubts[0].detail if doubts else detail,
            terms=parts,
        ),
    )


def check_each(term: Term, text: str, read: Read, now: float) -> tuple[JudgedCondition, ...]:
    """Judge a term for each label set of its signal."""
    return tuple([check_one(term, text, reading, now) for reading in read(term.signal)])


def check_one(term: Term, text: str, reading: Reading, now: float) -> JudgedCondition:
    """Judge a term on one reading of its signal. ``text`` is the name of the result."""
    if isinstance(term, Unknown):
        return _check_unknown(term, text, reading, now)
    doubts = _doubts(term, reading, now)
    series = reading.series
    if series is None or not series.times:
        return _judged(text, Outcome.UNKNOWN, doubts, doubts[0].detail if doubts else "", reading, now)
    truth = _truth(term, reading, series, now - reading.lateness.seconds)
    outcome = Outcome.UNKNOWN if doubts else truth
    if doubts and (proved := _proved(term, reading, now - reading.lateness.seconds)) is not None:
        outcome, doubts = proved, ()
    if truth is Outcome.PASS and reading.unconfirmed is not None and not _explained(reading.unconfirmed, doubts):
        foreign = reading.unconfirmed.doubt(term, series)
        doubts, outcome = (doubts, outcome) if foreign is None else (in_order((*doubts, foreign)), Outcome.UNKNOWN)
    if outcome is Outcome.UNKNOWN:
        gap = f"too little of {series.metric} is known for {term}; wait for more samples"
        doubts = doubts or (Doubt(Reason.GAPPY, gap),)
    detail = doubts[0].detail if doubts else _explain(term, reading, series, outcome, now)
    return _judged(text, outcome, doubts, detail, reading, now)


def unknown_because(reading: Reading, now: float) -> tuple[Doubt, ...]:
    """Return why a signal is UNKNOWN: the doubts of a comparison without ``for``. Without doubts it is known."""
    doubts, series = _doubts(Comparison(reading.signal.name, Operator.EQ, 0.0), reading, now), reading.series
    if reading.unconfirmed is None or series is None or _explained(reading.unconfirmed, doubts):
        return doubts
    foreign = reading.unconfirmed.required_doubt(series)
    return doubts if foreign is None else in_order((*doubts, foreign))


def _explained(unconfirmed: Unconfirmed, doubts: tuple[Doubt, ...]) -> bool:
    """Return whether a rule gives nothing because its series ended, and the recorded series ended with them.

    The server ends the series of a target that it lost two scrapes late, and as of the first one. So the rule gives
    nothing any more for the last samples that it recorded.
    """
    return unconfirmed.value is None and any(doubt.reason is Reason.STALE for doubt in doubts)


def unknown_seconds(reading: Reading, now: float) -> float:
    """Return the seconds for which an UNKNOWN signal was UNKNOWN without a break, as far as that is known.

    A watch has counted them. Without a watch only the age of the newest sample shows them.
    """
    if reading.unknown_for is not None:
        return reading.unknown_for
    times = reading.series.times if reading.series is not None else ()
    return max(0.0, now - times[-1] - reading.max_age) if times else 0.0


def _check_unknown(term: Unknown, text: str, reading: Reading, now: float) -> JudgedCondition:
    """Judge ``unknown(signal) for d``. Without a watch, a signal that is UNKNOWN now may have been so for long."""
    doubts, metric = unknown_because(reading, now), reading.signal.metric
    if not doubts:
        return _judged(text, Outcome.FAIL, (), f"{metric} is known", reading, now)
    seconds, why = unknown_seconds(reading, now), f"{named(doubts)} {doubts[0].detail}"
    if seconds >= term.held.total_seconds():
        detail = f"{term.signal} has been unknown for {seconds:.0f} s without a break: {why}"
        return _judged(text, Outcome.PASS, (), detail, reading, now)
    if reading.unknown_for is None:
        return _judged(text, Outcome.UNKNOWN, doubts, doubts[0].detail, reading, now)
    return _judged(text, Outcome.FAIL, (), f"{term.signal} has been unknown for {seconds:.0f} s: {why}", reading, now)


def _judged(
    text: str, outcome: Outcome, doubts: tuple[Doubt, ...], detail: str, reading: Reading, now: float
) -> JudgedCondition:
    series = reading.series
    if series is None or not series.times:
        return JudgedCondition(text, outcome, doubts, detail, provenance=reading.provenance)
    value, time = series.values[-1], series.times[-1]
    return JudgedCondition(
        text,
        outcome,
        doubts,
        detail,
        value if isfinite(value) else None,
        time,
        now - time,
        series.labels,
        reading.provenance,
    )


def _doubts(term: Term, reading: Reading, now: float) -> tuple[Doubt, ...]:
    """Return all doubts about a term in their order: those of the signal, and those of the term's window."""
    series = reading.series
    if series is None or not series.times:
        return in_order(reading.doubts)
    found = _window_doubts(term, reading, series, now - reading.lateness.seconds)
    doubts = reading.doubts + reading.lateness.explained(found)
    return in_order(doubts) if doubts else ()


def _truth(term: Comparison | Falling, reading: Reading, series: Series, now: float) -> Outcome:
    if isinstance(term, Falling):
        return falling(term.over.total_seconds(), series, now)
    if term.held is not None:
        return held_for(term, term.held.total_seconds(), series, now, reading.interval)
    return Outcome.PASS if term.holds(series.values[-1]) else Outcome.FAIL


def _proved(term: Term, reading: Reading, now: float) -> Outcome | None:
    """Return an outcome that the doubts cannot change: at least the values of ``reading.firm`` are reached."""
    if reading.firm is None or (found := provable(term)) is None:
        return None
    comparison, outcome = found
    return outcome if _truth(comparison, reading, reading.firm, now) is outcome else None


def _window_doubts(term: Term, reading: Reading, series: Series, now: float) -> tuple[Doubt, ...]:
    window = term.window.total_seconds() if term.window is not None else _usual_age(reading)
    first = bisect_left(series.times, now - window)
    judged = series.values[first:] or series.values[-1:]
    doubts = () if _all_in_range(judged, reading.signal.range) else tuple(_value_doubts(judged, reading.signal, window))
    if series.histogram_at is not None and series.histogram_at >= now - window:
        doubts += (Doubt(Reason.HISTOGRAM, histogram_detail(series.metric)),)
    last = bisect_right(series.times, now) if reading.lateness.seconds else len(series.times)
    if term.window is None:
        window = _without_history(reading, window, now - series.times[first] if first < len(series.times) else window)
    if gap := _gappy(series, last - first, reading.interval, window, now):
        doubts += (Doubt(Reason.GAPPY, f"{series.metric} {gap}; wait until the window has no gap"),)
    return doubts


def _without_history(reading: Reading, window: float, known: float) -> float:
    """Return the part of a window in which samples are due for a condition without a duration.

    No sample is due before the first one of the window, which is ``known`` seconds old. The slack in the usual age
    makes no sample due either.
    """
    return AGE_INTERVALS * reading.interval if reading.signal.max_age is None else min(window, known)


def _usual_age(reading: Reading) -> float:
    """Return the oldest age allowed for a sample, without the seconds by which the signal is late."""
    return reading.max_age - (reading.lateness.seconds if reading.signal.max_age is None else 0.0)


def _all_in_range(values: tuple[float, ...], meant: ValueRange) -> bool:
    """Check quickly for the usual case: if this is true, ``_value_doubts`` yields no doubt."""
    return isfinite(sum(values)) and min(values) in meant and max(values) in meant


def _value_doubts(values: tuple[float, ...], signal: Signal, window: float) -> Iterator[Doubt]:
    metric, meant = signal.metric, signal.range
    strange = next((value for value in values if not isfinite(value)), None)
    if strange is not None:
        yield Doubt(Reason.NOT_FINITE, f"{metric} was {strange} within {window:g} s; fix its source or rule")
    outside = next((value for value in values if isfinite(value) and value not in meant), None)
    if outside is not None:
        yield Doubt(
            Reason.OUT_OF_RANGE,
            f"{metric} was {outside:.6g}, outside {meant}, within {window:g} s; fix its source or rule",
        )


def _gappy(series: Series, there: int, interval: float, window: float, now: float) -> str:
    due = floor(window / interval) - 1
    if there < DUE_SHARE * due:
        return f"has {there} samples of the {due} due in {window:g} s"
    history = now - series.times[0]
    if history < window - KNOWN_INTERVALS * interval:
        return f"has a history of {history:.0f} s, shorter than the {window:g} s asked for"
    return ""


def _explain(term: Term, reading: Reading, series: Series, outcome: Outcome, now: float) -> str:
    value = series.values[-1]
    remark = f" ({reading.remark})" if reading.remark else ""
    if outcome is Outcome.PASS:
        return f"{series.metric} is {value:g}{remark}"
    if isinstance(term, Comparison) and term.held is not None and term.holds(value):
        asked = f"{replace(term, held=None)} since; {term.held.total_seconds():g} s are asked"
        return f"{series.metric} was {_last_violation(term, series, now)}, and {asked}"
    return f"{series.metric} is {_violating(value, term)}{remark}, which does not meet {term}"


def _last_violation(comparison: Comparison, series: Series, now: float) -> str:
    """Name the newest sample that violates a comparison. With ``for`` it can be older than the newest sample."""
    value, time = next(
        (value, time)
        for value, time in zip(reversed(series.values), reversed(series.times), strict=True)
        if not comparison.holds(value)
    )
    return f"{_violating(value, comparison)} until {now - time:.0f} s ago"


def _violating(value: float, term: Term) -> str:
    """Write a value with six significant digits. If these would meet the bound, say on which side the value is."""
    shown = f"{value:.6g}"
    if not isinstance(term, Comparison) or not term.holds(float(shown)):
        return shown
    return f"a little {'over' if value > float(shown) else 'under'} {shown}"


def held_for(comparison: Comparison, duration: float, series: Series, now: float, interval: float) -> Outcome:
    """Judge ``c for duration``: ``c`` is true at every sample, without a break, for that much known time until now.

    Times are in seconds. ``series`` has finite samples that reach further back than the duration. The outcome is
    FAIL if ``c`` was false at a sample of the duration, PASS if ``c`` was true for the whole duration, else UNKNOWN.
    """
    known = 0.0
    end = now
    for time, value in zip(reversed(series.times), reversed(series.values), strict=True):
        if known >= duration:
            break
        if not comparison.holds(value):
            return Outcome.FAIL if time >= now - duration else Outcome.UNKNOWN
        known += min(max(end - time, 0.0), KNOWN_INTERVALS * interval)
        end = min(time, now)
    return Outcome.PASS if known >= duration else Outcome.UNKNOWN


def falling(duration: float, series: Series, now: float) -> Outcome:
    """Judge ``falling``: no sample is above an earlier one, and the last is below the first, each by over 0.01.

    With fewer than two samples in the duration the outcome is UNKNOWN. A constant series is FAIL.
    """
    values = [value for time, value in zip(series.times, series.values, strict=True) if time >= now - duration]
    if len(values) < 2:  # noqa: PLR2004 - a fall needs two samples
        return Outcome.UNKNOWN
    lowest = values[0]
    for value in values:
        if value > lowest + FALLING_TOLERANCE:
            return Outcome.FAIL
        lowest = min(lowest, value)
    return Outcome.PASS if values[-1] < values[0] - FALLING_TOLERANCE else Outcome.FAIL
