"""Judges one step of a watch from the evidence of that step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gonogo.durations import format_duration
from gonogo.model.condition import Condition, Mean, Rises, Share, parse_condition
from gonogo.model.evidence import Evidence
from gonogo.model.outcome import JudgedCondition, Outcome, all_of
from gonogo.model.policy import DryRun, Gate, Policy
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.reading import Reading, Readings
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS
from gonogo.verdict.core.verdict import judge, violated

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
    judgement = judge(policy, evidence, evidence.now, asked=ASK_ALWAYS)
    return WatchStep(
        at,
        judgement,
        violated(policy, evidence, evidence.now),
        _judge_shares(policy, evidence),
        _read_samples(policy, evidence, [subject_of(policy, subject) for subject in judgement.subjects]),
    )


def subject_of(policy: Policy, subject: SubjectVerdict) -> Subject:
    """Return the values of the policy's subject labels, in their order."""
    return tuple(subject.labels.get(name, "") for name in policy.subjects)


def _shares(policy: Policy) -> tuple[Condition, ...]:
    return tuple(c.statistic.condition for c in policy.dry_run.certify if isinstance(c.statistic, Share))


def _sampled(policy: Policy) -> frozenset[str]:
    return frozenset(c.statistic.signal for c in policy.dry_run.certify if isinstance(c.statistic, (Mean, Rises)))


def _judge_shares(policy: Policy, evidence: Evidence) -> dict[tuple[str, Subject], Outcome]:
    gate = Gate(CERTIFICATE, require=_shares(policy))
    alone = replace(policy, gates=(gate,), runs=replace(policy.runs, required=()))
    found: dict[tuple[str, Subject], Outcome] = {}
    for subject in judge(alone, evidence, evidence.now).subjects:
        outcomes: dict[str, list[Outcome]] = {}
        for made in subject.gates[0].checks:
            outcomes.setdefault(made.condition, []).append(made.outcome)
        for text, each in outcomes.items():
            found[text, subject_of(policy, subject)] = all_of(each)
    return found


def _read_samples(policy: Policy, evidence: Evidence, subjects: Iterable[Subject]) -> dict[SeriesKey, Recent]:
    signals = tuple(policy.signals[name] for name in sorted(_sampled(policy)))
    readings = Readings(policy, evidence, signals)
    return {
        (signal.name, subject, place): _recent(reading)
        for subject in subjects
        for signal in signals
        for place, reading in enumerate(readings.read(signal.name, subject))
    }


def _recent(reading: Reading) -> Recent:
    series = reading.series
    times, values = (series.times, series.values) if series is not None else ((), ())
    return Recent(times, values, reading.interval, bool(reading.doubts))


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
    """Add one step of the watch and check for an abort.

    Args:
        sight: the result of the previous step; ``None`` at the first step.
        step: the new step.
        dry_run: the settings; ``step`` and ``blind`` are read.

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
