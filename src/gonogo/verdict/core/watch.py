"""Judges one step of a watch from the evidence of that step, and decides when the dry run must end early.

A dry run ends early if a violation is true now, or if the verdict was unknown for too long. The verdict of a step
counts until the next step, for two step lengths at most. Time beyond that is unknown, so a watcher that slept was
blind while it slept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from gonogo.durations import format_duration
from gonogo.model.condition import Condition, Mean, Rises, Share, parse_condition
from gonogo.model.evidence import Evidence
from gonogo.model.outcome import JudgedCondition, Outcome, all_of
from gonogo.model.policy import DryRun, Gate, Policy
from gonogo.model.verdict import Judgement, Verdict
from gonogo.verdict.core.checking import check
from gonogo.verdict.core.questions import ASK_ALWAYS, judged_signals
from gonogo.verdict.core.reading import Reading, Readings
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS
from gonogo.verdict.core.verdict import judge_readings, violated

Subject = tuple[str, ...]
SeriesKey = tuple[str, Subject, int]
"""The name of a signal, a subject, and the place of a label set in the signal's list."""


@dataclass(frozen=True, slots=True)
class Recent:
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


@dataclass(frozen=True, slots=True)
class WatchStep:
    """The results of one step.

    Attributes:
        at: seconds on the watcher's own clock, which never jumps.
        judgement: the verdict, as ``decide`` returns it. Its ``at`` is the server's time.
        violations: the ``abort`` conditions that are true, each with its gate.
        shares: the text of a ``share``'s condition, and the subject -> the outcome.
        recent: the samples for ``mean`` and ``rises``.
    """

    at: float
    judgement: Judgement
    violations: tuple[tuple[str, JudgedCondition], ...] = ()
    shares: Mapping[tuple[str, Subject], Outcome] = field(default_factory=dict)
    recent: Mapping[SeriesKey, Recent] = field(default_factory=dict)


CERTIFICATE = "certificate"
"""The name of the gate that exists only so that the certificate's signals are read."""


def watched(policy: Policy) -> Policy:
    """Return the policy for reading evidence: its own gates, and the signals that only ``certify`` names."""
    sampled = (parse_condition(f"{signal} >= 0") for signal in sorted(_sampled(policy)))
    return replace(policy, gates=(*policy.gates, Gate(CERTIFICATE, require=(), warn=(*_shares(policy), *sampled))))


def take_step(policy: Policy, evidence: Evidence, at: float) -> WatchStep:
    """Judge the evidence of a step. It was read by ``watched(policy)`` and for every kind of condition."""
    readings, now = Readings(policy, evidence), evidence.now
    judgement = judge_readings(policy, evidence, readings, now, ASK_ALWAYS)
    return WatchStep(
        at,
        judgement,
        violated(policy, readings, now),
        _judge_shares(policy, readings, now),
        {
            (signal, subject, place): Recent.of(reading)
            for subject in readings.subjects(judged_signals(policy, ASK_ALWAYS))
            for signal in sorted(_sampled(policy))
            for place, reading in enumerate(readings.read(subject, signal))
        },
    )


def _shares(policy: Policy) -> tuple[Condition, ...]:
    return tuple(c.statistic.condition for c in policy.dry_run.certify if isinstance(c.statistic, Share))


def _sampled(policy: Policy) -> frozenset[str]:
    return frozenset(c.statistic.signal for c in policy.dry_run.certify if isinstance(c.statistic, (Mean, Rises)))


def _judge_shares(policy: Policy, readings: Readings, now: float) -> dict[tuple[str, Subject], Outcome]:
    shares = _shares(policy)
    return {
        (condition.text, subject): all_of(
            made.outcome for made in check(condition, partial(readings.read, subject), now, members=all_of)
        )
        for subject in readings.subjects(name for condition in shares for name in condition.signals)
        for condition in shares
    }


@dataclass(frozen=True, slots=True)
class Blindness:
    """The start of the time without a known verdict, or ``None`` if the verdict at the step ``at`` is known.

    Both are seconds on the watcher's clock.
    """

    at: float
    blind_since: float | None = None


@dataclass(frozen=True, slots=True)
class Abort:
    """The reason why a dry run ends early: a sentence, and the violations if there are any."""

    detail: str
    violations: tuple[tuple[str, JudgedCondition], ...] = ()


def observe(sight: Blindness | None, step: WatchStep, dry_run: DryRun) -> tuple[Blindness, Abort | None]:
    """Add one step of the watch to the result of the previous one, which is ``None`` at the first step.

    Returns:
        The state to pass in with the next step, and the abort, if the dry run must end now.
    """
    since = _blind_since(sight, step, dry_run)
    unknown = step.judgement.verdict is Verdict.HOLD
    after = Blindness(step.at, since if unknown else None)
    if step.violations:
        listed = "; ".join(f"{gate}: {check.condition} ({check.detail})" for gate, check in step.violations)
        return after, Abort(f"violated {listed}", step.violations)
    if since is not None and step.at - since >= dry_run.blind.total_seconds():
        return after, Abort(
            f"the verdict was not known for {step.at - since:.0f} s; "
            f"dry_run.blind allows {format_duration(dry_run.blind)}"
        )
    return after, None


def _blind_since(sight: Blindness | None, step: WatchStep, dry_run: DryRun) -> float | None:
    if sight is not None and sight.blind_since is not None:
        return sight.blind_since
    reach = KNOWN_INTERVALS * dry_run.step.total_seconds()
    if sight is not None and step.at - sight.at > reach:
        return sight.at + reach
    return step.at if step.judgement.verdict is Verdict.HOLD else None
