"""Finds what a watch does not see at a step: signals that are UNKNOWN, and a verdict that is not known.

A newborn subject or series is too young to be known. That is no loss of sight.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from gonogo.model.condition import Condition, Unknown
from gonogo.model.outcome import Outcome, all_of
from gonogo.model.policy import Policy, Role
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.births import Births
from gonogo.verdict.core.checking import check, check_one, unknown_because
from gonogo.verdict.core.reading import Readings, SeriesKey


class Sight(Struct, frozen=True):
    """The readings of one step and the births so far. ``grace`` is the time of newborns, in seconds."""

    policy: Policy
    readings: Readings
    births: Births
    now: float
    at: float
    grace: float

    def counted_places(self, subjects: tuple[Key, ...]) -> Iterator[SeriesKey]:
        """Yield every place that an ``unknown(...)`` of the policy names."""
        placed = self.policy.conditions((Role.ABORT, Role.WARN))
        terms = (term for one in placed for term in one.condition.terms)
        for name in dict.fromkeys(term.signal for term in terms if isinstance(term, Unknown)):
            for key in dict.fromkeys(self.readings.key(subject, name) for subject in subjects):
                yield from ((name, key, place) for place in range(len(self.readings.read(key, name))))

    def unknown_places(self, subjects: tuple[Key, ...]) -> Iterator[SeriesKey]:
        """Yield the counted places that are UNKNOWN now, without those of a new subject, and those not needed now."""
        for name, key, place in self.counted_places(subjects):
            reading = self.readings.read(key, name)[place]
            if not unknown_because(reading, self.now) or self.births.is_new(key, self.at, self.grace):
                continue
            if not self._is_dispensable(name, [one for one in subjects if self.readings.key(one, name) == key]):
                yield name, key, place

    def _is_dispensable(self, signal: str, subjects: list[Key]) -> bool:
        """Return whether every requirement that reads a signal passes by its other terms. A requirement must exist."""
        reading = [c for gate in self.policy.gates for c in gate.require if signal in c.signals]
        return bool(reading) and all(
            made.outcome is Outcome.PASS
            for condition in reading
            for subject in subjects
            for made in check(condition, partial(self.readings.read, subject), self.now, members=all_of)
        )

    def is_blind(self, judgement: Judgement) -> bool:
        """Return whether the verdict is not known, and births alone do not explain that."""
        if judgement.verdict is not Verdict.HOLD:
            return False
        return not all(self._is_excused(subject) for subject in judgement.subjects if subject.verdict is Verdict.HOLD)

    def _is_excused(self, subject: SubjectVerdict) -> bool:
        key = tuple(subject.labels.get(name, "") for name in self.policy.subjects)
        if self.births.is_new(key, self.at, self.grace):
            return True
        conditions = {gate.name: {one.text: one for one in gate.require} for gate in self.policy.gates}
        return all(
            self._has_only_young(conditions.get(gate.gate, {}).get(made.condition), key)
            for gate in subject.gates
            for made in gate.checks
            if made.outcome is Outcome.UNKNOWN
        )

    def _has_only_young(self, condition: Condition | None, subject: Key) -> bool:
        """Return whether only young series make an UNKNOWN condition UNKNOWN. None: it is not one of the policy."""
        if condition is None:
            return False
        for term in condition.terms:
            key = self.readings.key(subject, term.signal)
            for place, reading in enumerate(self.readings.read(subject, term.signal)):
                made = check_one(term, str(term), reading, self.now)
                young = self.births.is_young((term.signal, key, place), made, self.at, self.grace)
                if made.outcome is Outcome.UNKNOWN and not young:
                    return False
        return True
