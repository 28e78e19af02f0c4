"""Judges one step of a watch from the evidence of that step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gonogo.model.certificate import Mean, Rises, Share
from gonogo.model.condition import Condition, parse_condition
from gonogo.model.evidence import Evidence
from gonogo.model.gate import Gate
from gonogo.model.outcome import Outcome, all_of
from gonogo.model.policy import Policy
from gonogo.model.verdict import SubjectVerdict
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.reading import Reading, Readings
from gonogo.verdict.core.step import Recent, SeriesKey, Subject, WatchStep
from gonogo.verdict.core.verdict import judge, violated

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
