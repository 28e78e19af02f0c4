"""Decides if a dry run has earned its certificate, from sums that are kept while the dry run goes on.

The watch enters each step into a ``Ledger``, and ``certify`` closes the ledger. The outcome of a step counts
until the next step, for two step lengths at most. The rest of the time was not watched and counts as
unknown. The definitions are those of docs/dryrun.md, "The certificate":

- ``share(c)``: the share of the run's time in which ``c`` was PASS. Unknown time
  counts against the criterion: as not PASS for a lower bound, as PASS for an upper bound.
- ``mean(s)``: the mean of ``s``, weighted by time, over the known time; UNKNOWN without known time.
- ``rises(s, x)``: how often ``s`` climbed by more than ``x`` above its lowest value since
  the first sample, or since the sample that completed the last rise; UNKNOWN without samples.
- every required check is PASS in the last step and in at least 99 % of the steps;
- at least 99 % of the time was watched.

Each criterion must hold for every subject and for every label set of a signal. The worst value is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from gonogo.model.condition import Comparison, Criterion, Mean, Operator, Rises, Share
from gonogo.model.outcome import Outcome, all_of
from gonogo.model.policy import DryRun
from gonogo.model.replacing import replace
from gonogo.promql.matchers import label
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.reading import SeriesKey
from gonogo.verdict.core.tally import Tally, add, begin
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS
from gonogo.verdict.core.watch import WatchStep

LEAST_SHARE = 0.99
"""The least share of steps in which each requirement passes, and of the time that is watched."""

NAMED = 3
"""The number of requirements without PASS in the last step that are named. The verdict shows all of them."""

RequirementKey = tuple[tuple[tuple[str, str], ...], str, str]
"""The labels of a subject, the name of a gate, the text of a condition."""


class CriterionResult(Struct, frozen=True):
    """The outcome of a criterion, and its worst value among all subjects and label sets."""

    criterion: str
    outcome: Outcome
    value: float | None
    detail: str


class Certificate(Struct, frozen=True):
    """The result of a dry run. The run is certified if ``outcome`` is PASS. ``seconds`` is the length of the run."""

    outcome: Outcome
    findings: tuple[CriterionResult, ...]
    seconds: float
    steps: int


class Lost(Struct, frozen=True):
    """Seconds in which a condition was not PASS, and the part of them in which it was FAIL."""

    missed: float = 0.0
    failed: float = 0.0


class Ledger(Struct, frozen=True):
    """The sums over the steps so far.

    ``began`` and ``last`` are the times of the first and the last step, in seconds on the watcher's clock.
    ``since`` and ``now`` are the same two times by the server's clock, in unix seconds.
    """

    began: float
    last: float
    since: float
    now: float
    steps: int = 0
    unwatched: float = 0.0
    lost: Mapping[tuple[str, Key], Lost] = field(default_factory=dict)
    standing: Mapping[tuple[str, Key], Outcome] = field(default_factory=dict)
    passed: Mapping[RequirementKey, int] = field(default_factory=dict)
    latest: Mapping[RequirementKey, Outcome] = field(default_factory=dict)
    tallies: Mapping[SeriesKey, Tally] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The length of the run."""
        return self.last - self.began


def enter(ledger: Ledger | None, step: WatchStep, dry_run: DryRun) -> Ledger:
    """Return the ledger with one more step. ``None`` is the ledger before the first step."""
    known = ledger or Ledger(step.at, step.at, step.judgement.at, step.judgement.at)
    elapsed = step.at - known.last
    seen = min(elapsed, KNOWN_INTERVALS * dry_run.step.total_seconds())
    latest = _requirements(step)
    return replace(
        known,
        last=step.at,
        now=step.judgement.at,
        steps=known.steps + 1,
        unwatched=known.unwatched + elapsed - seen,
        lost=_losses(known, step, elapsed, seen),
        standing=step.shares,
        passed={key: known.passed.get(key, 0) + (latest.get(key) is Outcome.PASS) for key in {*known.passed, *latest}},
        latest=latest,
        tallies=_tallies(known, step, dry_run),
    )


def certify(ledger: Ledger, dry_run: DryRun) -> Certificate:
    """Return the certificate: every criterion with its value, and the outcome of all of them together."""
    findings = (
        *(_judge(criterion, ledger, dry_run) for criterion in dry_run.certify),
        _judge_requirements(ledger),
        _judge_watched_time(ledger),
    )
    return Certificate(all_of(finding.outcome for finding in findings), findings, ledger.seconds, ledger.steps)


def _requirements(step: WatchStep) -> dict[RequirementKey, Outcome]:
    found: dict[RequirementKey, list[Outcome]] = {}
    for subject in step.judgement.subjects:
        labels = tuple(sorted(subject.labels.items()))
        for gate in subject.gates:
            for check in gate.checks:
                found.setdefault((labels, gate.gate, check.condition), []).append(check.outcome)
    return {key: all_of(outcomes) for key, outcomes in found.items()}


def _losses(ledger: Ledger, step: WatchStep, elapsed: float, seen: float) -> dict[tuple[str, Key], Lost]:
    """Add the time since the last step. A subject that was not seen before was unknown from the beginning."""
    found = {}
    for key in {*ledger.lost, *step.shares}:
        before = ledger.lost.get(key) or Lost(missed=ledger.seconds)
        stood = ledger.standing.get(key, Outcome.UNKNOWN)
        missed = elapsed - seen if stood is Outcome.PASS else elapsed
        found[key] = Lost(before.missed + missed, before.failed + (seen if stood is Outcome.FAIL else 0.0))
    return found


def _tallies(ledger: Ledger, step: WatchStep, dry_run: DryRun) -> dict[SeriesKey, Tally]:
    found = dict(ledger.tallies)
    for key, recent in step.recent.items():
        found[key] = add(found.get(key) or begin(ledger.since), recent, _bounds(key[0], dry_run))
    return found


def _bounds(signal: str, dry_run: DryRun) -> tuple[float, ...]:
    statistics = (criterion.statistic for criterion in dry_run.certify)
    return tuple(s.by for s in statistics if isinstance(s, Rises) and s.signal == signal)


def _judge(criterion: Criterion, ledger: Ledger, dry_run: DryRun) -> CriterionResult:
    statistic = criterion.statistic
    if isinstance(statistic, Share):
        return _judge_share(criterion, statistic, ledger)
    tallies = [tally for key, tally in ledger.tallies.items() if key[0] == statistic.signal]
    if isinstance(statistic, Mean):
        means = [tally.mean(ledger.now) for tally in tallies]
        return _judge_values(criterion, means, "the signal has no known time in the run")
    place = _bounds(statistic.signal, dry_run).index(statistic.by)
    return _judge_values(criterion, [tally.climbed(place) for tally in tallies], "the signal has no sample in the run")


def _judge_share(criterion: Criterion, share: Share, ledger: Ledger) -> CriterionResult:
    if ledger.seconds <= 0:
        return CriterionResult(criterion.text, Outcome.UNKNOWN, None, "no time passed")
    op = criterion.bound.op
    lost = [found for (text, _), found in ledger.lost.items() if text == share.condition.text]
    if op in {Operator.EQ, Operator.NE} and any(found.failed != found.missed for found in lost):
        return CriterionResult(
            criterion.text, Outcome.FAIL, None, "some of the time is unknown, which counts against it"
        )
    ends = [found.failed if op in {Operator.LT, Operator.LE} else found.missed for found in lost]
    return _judge_values(
        criterion, [min(1.0, max(0.0, 1.0 - end / ledger.seconds)) for end in ends], "no subject was seen"
    )


def _judge_values(criterion: Criterion, found: Sequence[float | None], unknown: str) -> CriterionResult:
    """Judge the worst value. A value that is not known is the worst, then the one furthest on the wrong side."""
    known = [value for value in found if value is not None]
    if not found or len(known) < len(found):
        return CriterionResult(criterion.text, Outcome.UNKNOWN, None, unknown)
    worst = _worst(known, criterion.bound)
    outcome = Outcome.PASS if criterion.bound.holds(worst) else Outcome.FAIL
    return CriterionResult(criterion.text, outcome, worst, f"the worst of {len(known)}" if len(known) > 1 else "")


def _worst(values: list[float], bound: Comparison) -> float:
    if bound.op in {Operator.LT, Operator.LE}:
        return max(values)
    if bound.op in {Operator.GT, Operator.GE}:
        return min(values)
    return next((value for value in values if not bound.holds(value)), values[0])


def _judge_requirements(ledger: Ledger) -> CriterionResult:
    """Judge that every requirement passes in the last step and in 99 % of all steps."""
    text = f"every requirement passes in the last step and in >= {LEAST_SHARE:.0%} of the steps"
    if not ledger.passed:
        return CriterionResult(text, Outcome.UNKNOWN, None, "nothing was required")
    worst = min(ledger.passed, key=lambda key: (ledger.passed[key], key))
    share = ledger.passed[worst] / ledger.steps
    failing = sorted(key for key, outcome in ledger.latest.items() if outcome is not Outcome.PASS)
    outcome = Outcome.FAIL if failing or share < LEAST_SHARE else Outcome.PASS
    least = f"the least is {ledger.passed[worst]} of {ledger.steps} steps, {_named(worst)}" if share < 1 else ""
    more = f" and {len(failing) - NAMED} more" if len(failing) > NAMED else ""
    ended = f"not in the last step: {', '.join(map(_named, failing[:NAMED]))}{more}" if failing else ""
    return CriterionResult(text, outcome, share, "; ".join(filter(None, (least, ended))))


def _named(key: RequirementKey) -> str:
    labels, gate, condition = key
    of = "".join(f" of {label(name)}={value}" for name, value in labels)
    return f"{gate}: {condition}{of}"


def _judge_watched_time(ledger: Ledger) -> CriterionResult:
    """Judge that 99 % of the time was watched."""
    text = f">= {LEAST_SHARE:.0%} of the time watched"
    if ledger.seconds <= 0:
        return CriterionResult(text, Outcome.UNKNOWN, None, "no time passed")
    share = 1.0 - ledger.unwatched / ledger.seconds
    outcome = Outcome.PASS if share >= LEAST_SHARE else Outcome.FAIL
    return CriterionResult(
        text, outcome, share, f"{ledger.unwatched:.0f} s were not watched" if ledger.unwatched else ""
    )
