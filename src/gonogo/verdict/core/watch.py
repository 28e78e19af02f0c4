"""Judges one step of a watch from the evidence of that step, and from what the steps before it found.

The step before it shows since when a signal was UNKNOWN, which series are new, and how the server's clock advanced.
The verdict of a step counts until the next step, for two step lengths at most. Time beyond that is unknown, so a
watcher that slept was blind while it slept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec import Struct, field

from gonogo.model.condition import Condition, Mean, Rises, Share, parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Outcome, all_of
from gonogo.model.policy import DryRun, Gate, Policy
from gonogo.model.replacing import replace
from gonogo.model.verdict import Judgement
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.births import NO_BIRTHS, Births, follow, grace_of
from gonogo.verdict.core.checking import check
from gonogo.verdict.core.pace import Glance, keep_pace
from gonogo.verdict.core.questions import ASK_ALWAYS, judged_signals
from gonogo.verdict.core.reading import Reading, Readings, SeriesKey
from gonogo.verdict.core.sight import Sight
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS
from gonogo.verdict.core.verdict import judge_readings
from gonogo.verdict.core.violations import Violation, violations


class Recent(Struct, frozen=True):
    """The samples of one series at a step. If they are ``doubted``, they do not count as evidence."""

    times: tuple[float, ...]
    values: tuple[float, ...]
    interval: float
    doubted: bool

    @classmethod
    def of(cls, reading: Reading) -> Recent:
        """Return the samples of a reading."""
        series = reading.series
        times, values = (series.times, series.values) if series is not None else ((), ())
        return cls(times, values, reading.interval, bool(reading.doubts))


class WatchStep(Struct, frozen=True):
    """The results of one step, and what the next step needs to know.

    Attributes:
        at: seconds on the watcher's own clock, which never jumps.
        judgement: the verdict, as ``decide`` returns it. Its ``at`` is the server's time.
        violations: the ``abort`` conditions that are true.
        shares: the text of a ``share``'s condition, and the subject -> the outcome.
        recent: the samples for ``mean`` and ``rises``.
        unknown: the signals of ``unknown(...)`` that are UNKNOWN -> since when, on the watcher's clock.
        blind_since: since when the verdict was not known, on the watcher's clock. None: the verdict is known.
        births: the subjects and series so far.
        glances: the server's clock at this step and at the steps before it.
    """

    at: float
    judgement: Judgement
    violations: tuple[Violation, ...] = ()
    shares: Mapping[tuple[str, Key], Outcome] = field(default_factory=dict)
    recent: Mapping[SeriesKey, Recent] = field(default_factory=dict)
    unknown: Mapping[SeriesKey, float] = field(default_factory=dict)
    blind_since: float | None = None
    births: Births = NO_BIRTHS
    glances: tuple[Glance, ...] = ()

    def server_at(self, seconds: float) -> float:
        """Return the unix time, by the server's clock, that lies some seconds before this step."""
        return self.judgement.at - seconds


CERTIFICATE = "certificate"
"""The name of the gate that exists only so that the certificate's signals are read."""


def watched(policy: Policy) -> Policy:
    """Return the policy for reading evidence: its own gates, and the signals that only ``certify`` names."""
    sampled = (parse_condition(f"{signal} >= 0") for signal in sorted(_sampled(policy)))
    return replace(policy, gates=(*policy.gates, Gate(CERTIFICATE, require=(), warn=(*_shares(policy), *sampled))))


def take_step(
    policy: Policy, evidence: Evidence, at: float, before: WatchStep | None = None, glance: Glance | None = None
) -> WatchStep:
    """Judge the evidence of a step. It was read by ``watched(policy)`` and for every kind of condition.

    ``before`` is the step before, and None at the first step. ``glance`` is the server's clock, and None if the server
    did not give its time.
    """
    glances, evidence = _in_pace(() if before is None else before.glances, glance, evidence)
    readings, now = Readings(policy, evidence), evidence.now
    met = () if before is None else filter(any, before.births.subjects)
    subjects = tuple(dict.fromkeys((*readings.subjects(judged_signals(policy, ASK_ALWAYS)), *met)))
    births = follow(None if before is None else before.births, policy, readings, subjects, now, at)
    sight = Sight(policy, readings, births, now, at, grace_of(policy))
    unknown = {} if before is None else before.unknown
    unknown = {place: unknown.get(place, at) for place in sight.unknown_places(subjects)}
    readings.count({place: at - unknown.get(place, at) for place in sight.counted_places(subjects)})
    judgement = judge_readings(policy, evidence, readings, now, ASK_ALWAYS)
    return WatchStep(
        at,
        judgement,
        violations(policy, readings, subjects, now),
        _judge_shares(policy, readings, now),
        {
            (signal, subject, place): Recent.of(reading)
            for subject in readings.subjects(judged_signals(policy, ASK_ALWAYS))
            for signal in sorted(_sampled(policy))
            for place, reading in enumerate(readings.read(subject, signal))
        },
        unknown,
        blind_since(before, at, policy.dry_run, blind=sight.is_blind(judgement)),
        births,
        glances,
    )


def _in_pace(
    seen: tuple[Glance, ...], glance: Glance | None, evidence: Evidence
) -> tuple[tuple[Glance, ...], Evidence]:
    """Take the samples out of the evidence if the server's clock does not advance like the watcher's own."""
    if glance is None:
        return seen, evidence
    glances, strayed = keep_pace(seen, glance)
    if not strayed:
        return glances, evidence
    why = f"{strayed}, so an old answer is replayed, or one of the clocks was set"
    step = "ask the server without a cache or a proxy between, and keep both clocks in time"
    return glances, replace(evidence, ranges=Unread("the server's time", why, step))


def _shares(policy: Policy) -> tuple[Condition, ...]:
    return tuple(c.statistic.condition for c in policy.dry_run.certify if isinstance(c.statistic, Share))


def _sampled(policy: Policy) -> frozenset[str]:
    return frozenset(c.statistic.signal for c in policy.dry_run.certify if isinstance(c.statistic, (Mean, Rises)))


def _judge_shares(policy: Policy, readings: Readings, now: float) -> dict[tuple[str, Key], Outcome]:
    shares = _shares(policy)
    return {
        (condition.text, subject): all_of(
            made.outcome for made in check(condition, partial(readings.read, subject), now, members=all_of)
        )
        for subject in readings.subjects(name for condition in shares for name in condition.signals)
        for condition in shares
    }


def blind_since(before: WatchStep | None, at: float, dry_run: DryRun, *, blind: bool) -> float | None:
    """Return since when the verdict was not known. A step without a successor counts for two step lengths."""
    if not blind:
        return None
    if before is None:
        return at
    if before.blind_since is not None:
        return before.blind_since
    reach = KNOWN_INTERVALS * dry_run.step.total_seconds()
    return before.at + reach if at - before.at > reach else at
