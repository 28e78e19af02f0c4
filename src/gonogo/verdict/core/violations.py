"""Finds the ``abort`` conditions that are true, and since when each is true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import partial

from msgspec import Struct

from gonogo.model.condition import Comparison, Condition, Falling, Term
from gonogo.model.outcome import JudgedCondition, Outcome, any_of
from gonogo.model.policy import Policy
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.checking import Read, check, check_one, unknown_seconds
from gonogo.verdict.core.reading import Reading, Readings
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS


class Because(StrEnum):
    """The kinds of causes that end a dry run: a measured violation, or something that was not known for too long."""

    VIOLATED = "violated"
    UNKNOWN = "unknown"


class Violation(Struct, frozen=True):
    """An ``abort`` condition that is true for a subject.

    Attributes:
        gate: the gate of the condition.
        subject: the labels of the subject.
        check: the judged condition.
        because: the kind of the cause. It is unknown if only ``unknown(...)`` makes the condition true.
        since: the unix time by the server's clock since when it is true, as far as that is known.
    """

    gate: str
    subject: Mapping[str, str]
    check: JudgedCondition
    because: Because
    since: float


def violations(policy: Policy, readings: Readings, subjects: Iterable[Key], now: float) -> tuple[Violation, ...]:
    """Return the ``abort`` conditions that are true for any of the subjects. A shared signal counts once."""
    found: dict[tuple[object, ...], Violation] = {}
    for subject in subjects:
        read = partial(readings.read, subject)
        labels = {name: value for name, value in zip(policy.subjects, subject, strict=True) if value}
        for gate in policy.gates:
            for condition in gate.abort:
                shared = not any(readings.key(subject, name) for name in condition.signals)
                for place, made in enumerate(check(condition, read, now, members=any_of)):
                    if made.outcome is Outcome.PASS:
                        one = Violation(gate.name, {} if shared else labels, made, *_cause(condition, read, now))
                        found.setdefault((gate.name, condition.text, place, () if shared else subject), one)
    return tuple(found.values())


def _cause(condition: Condition, read: Read, now: float) -> tuple[Because, float]:
    """Return the kind of the cause, and since when the first true term is true. A measured violation comes first."""
    true = [
        (term, reading)
        for term in condition.terms
        for reading in read(term.signal)
        if check_one(term, str(term), reading, now).outcome is Outcome.PASS
    ]
    measured = [(term, reading) for term, reading in true if isinstance(term, (Comparison, Falling))]
    since = min(_since(term, reading, now) for term, reading in measured or true)
    return Because.VIOLATED if measured else Because.UNKNOWN, since


def _since(term: Term, reading: Reading, now: float) -> float:
    """Return since when a true term is true: the oldest sample of the unbroken time in which it held."""
    if isinstance(term, Falling):
        return now - term.over.total_seconds()
    series = reading.series
    if not isinstance(term, Comparison) or series is None:
        return now - unknown_seconds(reading, now)
    began = now
    for time, value in zip(reversed(series.times), reversed(series.values), strict=True):
        if not term.holds(value) or began - time > KNOWN_INTERVALS * reading.interval:
            break
        began = time
    return began
