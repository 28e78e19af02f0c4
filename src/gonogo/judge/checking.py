"""From a condition and the readings of its signals to checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import floor, isfinite

from gonogo.judge.reading import Reading
from gonogo.judge.sustain import falling, held_for
from gonogo.judge.tolerances import DUE_SHARE, KNOWN_INTERVALS
from gonogo.model.condition import Comparison, Condition, Term
from gonogo.model.outcome import Check, Doubt, Outcome, Reason, any_of, in_order
from gonogo.model.series import Series

Combine = Callable[[Iterable[Outcome]], Outcome]


def check(
    condition: Condition, read: Callable[[str], tuple[Reading, ...]], now: float, *, members: Combine
) -> tuple[Check, ...]:
    """Judge a condition: one check for each label set of its signal, or one in all where it has ``or``.

    Args:
        condition: what is asked.
        read: gives the readings of a signal, by name.
        now: the server's now, unix seconds.
        members: how the label sets of one term combine under ``or``: ``all_of`` for
            what is required, ``any_of`` for what must not happen.
    """
    by_term = [tuple(_check_term(term, reading, now) for reading in read(term.signal)) for term in condition.terms]
    if len(by_term) == 1:
        return tuple(replace(made, condition=condition.text) for made in by_term[0])
    parts = tuple(part for found in by_term for part in found)
    outcome = any_of(members(part.outcome for part in found) for found in by_term)
    doubts = in_order(doubt for part in parts for doubt in part.doubts) if outcome is Outcome.UNKNOWN else ()
    shown = next((part for part in parts if part.outcome is outcome), parts[0])
    return (
        Check(
            condition.text,
            outcome,
            doubts,
            doubts[0].detail if doubts else "; ".join(part.detail for part in parts),
            shown.value,
            shown.sampled_at,
            shown.age_seconds,
            shown.series,
            shown.provenance,
            parts,
        ),
    )


def _check_term(term: Term, reading: Reading, now: float) -> Check:
    series = reading.series
    if series is None or not series.times:
        doubts = in_order(reading.doubts)
        detail = doubts[0].detail if doubts else ""
        return Check(str(term), Outcome.UNKNOWN, doubts, detail, provenance=reading.provenance)
    doubts = in_order((*reading.doubts, *_window_doubts(term, reading, series, now)))
    outcome = Outcome.UNKNOWN if doubts else _truth(term, reading, series, now)
    if outcome is Outcome.UNKNOWN and not doubts:
        doubts = (Doubt(Reason.GAPPY, f"too little of {series.metric} is known for {term}; wait for more samples"),)
    value = series.values[-1]
    return Check(
        str(term),
        outcome,
        doubts,
        doubts[0].detail if doubts else _explain(term, series, outcome),
        value if isfinite(value) else None,
        series.times[-1],
        now - series.times[-1],
        series.labels,
        reading.provenance,
    )


def _truth(term: Term, reading: Reading, series: Series, now: float) -> Outcome:
    if not isinstance(term, Comparison):
        return falling(term.over.total_seconds(), series, now)
    if term.held is not None:
        return held_for(term, term.held.total_seconds(), series, now, reading.interval)
    return Outcome.PASS if term.holds(series.values[-1]) else Outcome.FAIL


def _window_doubts(term: Term, reading: Reading, series: Series, now: float) -> Iterator[Doubt]:
    window = term.window.total_seconds() if term.window is not None else reading.max_age
    since = now - window
    last = len(series.times) - 1
    judged = [v for i, (t, v) in enumerate(zip(series.times, series.values, strict=True)) if t >= since or i == last]
    metric = series.metric
    strange = next((value for value in judged if not isfinite(value)), None)
    if strange is not None:
        yield Doubt(Reason.NOT_FINITE, f"{metric} was {strange} within {window:g} s; finite samples turn it")
    meant = reading.signal.range
    outside = next((value for value in judged if isfinite(value) and value not in meant), None)
    if outside is not None:
        yield Doubt(
            Reason.OUT_OF_RANGE,
            f"{metric} was {outside!r}, outside {meant}, within {window:g} s; samples inside turn it",
        )
    if gap := _gappy(series, reading.interval, window, now):
        yield Doubt(Reason.GAPPY, f"{metric} {gap}; an unbroken window turns it")


def _gappy(series: Series, interval: float, window: float, now: float) -> str:
    due = floor(window / interval) - 1
    there = sum(1 for time in series.times if time >= now - window)
    if there < DUE_SHARE * due:
        return f"has {there} samples of the {due} due in {window:g} s"
    history = now - series.times[0]
    if history < window - KNOWN_INTERVALS * interval:
        return f"has a history of {history:.0f} s, shorter than the {window:g} s asked for"
    return ""


def _explain(term: Term, series: Series, outcome: Outcome) -> str:
    value = series.values[-1]
    if outcome is Outcome.PASS:
        return f"{series.metric} is {value:g}"
    return f"{series.metric} is {value!r}, which does not meet {term}"
