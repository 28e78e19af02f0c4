"""Finds subjects and series that were born during a watch, and that are too young for their conditions.

A subject that starts, and a pod that a deploy replaces, bring series without a history. A condition with ``for`` is
UNKNOWN until its window is full, and until the series before it is history. That is no loss of sight. So for the
longest such window, an UNKNOWN of a new subject does not count towards ``blind`` or ``unknown(...)``. A ``gappy`` or
``ambiguous`` of a new series does not count towards ``blind``.

A series that only was away is not born again. A series that is replaced again and again, without being known between,
is young only once: each one is the successor of the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.model.condition import Term
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Policy, Role
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.checking import check_one
from gonogo.verdict.core.reading import Reading, Readings, SeriesKey
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS

_ZERO = timedelta(0)
_UNREAD = (Reason.UNREACHABLE, Reason.PARTIAL)
_YOUTH = frozenset({Reason.GAPPY, Reason.AMBIGUOUS})
"""The reasons that a new series has: too few samples, and its predecessor that has just ended."""


class Lineage(Struct, frozen=True):
    """The series that a watch saw in one place: for a subject, and a label set of a signal.

    Attributes:
        labels: the labels of the series that was known last. None: there was no series.
        young_since: the watcher's time since when another series is in its place and is not known yet. None: no other.
    """

    labels: Mapping[str, str] | None
    young_since: float | None = None


class Births(Struct, frozen=True):
    """The subjects and series that a watch has seen so far.

    Attributes:
        subjects: subject -> the watcher's time of its birth. None: the subject was there when the watch began.
        lineages: the series of signals that a ``require`` reads with ``for`` or ``falling``.
    """

    subjects: Mapping[Key, float | None] = field(default_factory=dict)
    lineages: Mapping[SeriesKey, Lineage] = field(default_factory=dict)

    def is_new(self, subject: Key, at: float, grace: float) -> bool:
        """Return whether a subject was born at most ``grace`` seconds ago."""
        born = self.subjects.get(subject)
        return born is not None and at - born <= grace

    def is_young(self, place: SeriesKey, made: JudgedCondition, at: float, grace: float) -> bool:
        """Return whether a condition is UNKNOWN only because its series was born at most ``grace`` seconds ago."""
        line = self.lineages.get(place)
        if line is None or line.young_since is None or at - line.young_since > grace:
            return False
        return made.series != line.labels and _YOUTH.issuperset(doubt.reason for doubt in made.doubts)


NO_BIRTHS = Births()
"""The births before the first step."""


def grace_of(policy: Policy) -> float:
    """Return the seconds for which a newborn can be UNKNOWN: the longest window of a ``require``, and two steps."""
    longest = max((term.window or _ZERO for term in _windowed(policy).values()), default=_ZERO)
    return (longest + KNOWN_INTERVALS * policy.dry_run.step).total_seconds()


def follow(
    before: Births | None, policy: Policy, readings: Readings, subjects: Iterable[Key], now: float, at: float
) -> Births:
    """Return the births up to a step. ``before`` is None at the first step, and ``at`` is on the watcher's clock."""
    met = {} if before is None else before.subjects
    begins = not any(map(any, met))
    seen = {subject: None if begins or not any(subject) else at for subject in subjects if subject not in met}
    known = {} if before is None else before.lineages
    lines: dict[SeriesKey, Lineage] = {}
    for place, term, reading in _places(policy, readings, (*met, *seen)):
        if (line := _next(known.get(place), term, reading, now, at)) is not None:
            lines[place] = line
    return Births({**met, **seen}, lines)


def _places(policy: Policy, readings: Readings, subjects: Iterable[Key]) -> Iterator[tuple[SeriesKey, Term, Reading]]:
    everyone = tuple(subjects)
    for name, term in _windowed(policy).items():
        for key in dict.fromkeys(readings.key(subject, name) for subject in everyone):
            for place, reading in enumerate(readings.read(key, name)):
                yield (name, key, place), term, reading


def _next(line: Lineage | None, term: Term, reading: Reading, now: float, at: float) -> Lineage | None:
    """Return the lineage of a place after a step. A place that was never read before has no births yet."""
    if reading.series is None:
        unread = any(doubt.reason in _UNREAD for doubt in reading.doubts)
        return line if line is not None or unread else Lineage(None)
    labels = reading.series.labels
    if line is None or line == Lineage(labels):
        return Lineage(labels)
    if check_one(term, str(term), reading, now).outcome is not Outcome.UNKNOWN:
        return Lineage(labels)
    return Lineage(line.labels, at if line.young_since is None else line.young_since)


def _windowed(policy: Policy) -> dict[str, Term]:
    """Map each signal that a ``require`` reads with a window to the term with the longest window."""
    longest, found = dict[str, timedelta](), dict[str, Term]()
    for placed in policy.conditions((Role.REQUIRE,)):
        for term in placed.condition.terms:
            if term.window is not None and term.window > longest.get(term.signal, _ZERO):
                longest[term.signal], found[term.signal] = term.window, term
    return found
