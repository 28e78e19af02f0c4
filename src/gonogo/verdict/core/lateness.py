"""Samples that arrive late because the program that evaluates the rules works in the past.

vmalert evaluates rules at a time in the past, so that the samples it reads are complete.
What it records is never newer than that. Such samples are judged as of that time: a window
ends there, and a sample may be older by that much. A program that stopped is noticed later
by exactly that much.

Prometheus 2.53 and later does the same with ``query_offset`` and ``rule_query_offset``. Its list of rules does not
show the offset, so a rule file that says one may not be loaded. The time of the last evaluation shows it: a
sample of that evaluation is older by the offset. No more is allowed for than that difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from gonogo.model.evaluator import Engine, Evaluator
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.rule import LoadedGroup, RuleState
from gonogo.verdict.core.tolerances import AGE_SLACK_SECONDS

_OF_AGE = (Reason.STALE, Reason.GAPPY, Reason.DRIFTED)
"""The reasons that an unknown setting of the evaluating program can cause."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """By how many seconds the samples of a recorded metric are late.

    ``unread`` says that this is not known, and why; then nothing is allowed for.
    """

    seconds: float = 0.0
    unread: str = ""

    def noted(self, doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
        """Add to the doubts that an unknown setting can cause that it is not known."""
        if not self.unread:
            return doubts
        return tuple(
            replace(doubt, detail=f"{doubt.detail}; {self.unread}") if doubt.reason in _OF_AGE else doubt
            for doubt in doubts
        )


IN_TIME = Lateness()
"""What is not late."""


def late_metrics(evidence: Evidence) -> dict[str, Lateness]:
    """Map every recorded metric to how late its samples are: by the latest of the groups that record it."""
    found: dict[str, Lateness] = {}
    newest, claims = _newest(evidence), _claims(evidence)
    for group in () if isinstance(evidence.rules, Unread) else evidence.rules:
        for state in group.rules:
            name = state.rule.name
            late = _late(group, state, evidence.evaluator, claims.get((group.name, name)), newest.get(name))
            found[name] = max(found.get(name, late), late, key=lambda one: one.seconds)
    return found


def _late(
    group: LoadedGroup, state: RuleState, evaluator: Evaluator, claimed: timedelta | None, newest: float | None
) -> Lateness:
    """Take the word of vmalert, which shows its delay; of any other program no more than its samples prove."""
    if evaluator.engine is Engine.VMALERT:
        return Lateness(evaluator.lateness(group.delay).total_seconds(), evaluator.unread)
    offset = evaluator.lateness(claimed).total_seconds()
    if not offset:
        return Lateness(0.0, evaluator.unread)
    evaluated = state.evaluated_at
    proved = 0.0 if evaluated is None or newest is None else min(offset, max(evaluated - newest, 0.0))
    if proved + group.interval.total_seconds() + AGE_SLACK_SECONDS < offset:
        return Lateness(proved, _unproved(group, offset))
    return Lateness(proved, evaluator.unread)


def _unproved(group: LoadedGroup, offset: float) -> str:
    return (
        f"the offset of {offset:g} s that the rule file or the configuration gives to group {group.name} is not "
        "allowed for, because the newest sample does not show it; reload or restart the server"
    )


def _claims(evidence: Evidence) -> dict[tuple[str, str], timedelta]:
    """Map group and rule to the ``query_offset`` that a rule file gives; the least where files differ."""
    found: dict[tuple[str, str], timedelta] = {}
    for group in evidence.files:
        if group.delay is not None:
            for rule in group.rules:
                key = group.name, rule.name
                found[key] = min(group.delay, found.get(key, group.delay))
    return found


def _newest(evidence: Evidence) -> dict[str, float]:
    """Map every metric to the time of its newest sample, whosever it is."""
    found: dict[str, float] = {}
    answers = () if isinstance(evidence.ranges, Unread) else evidence.ranges.values()
    for series in (series for answer in answers for series in answer if series.times):
        found[series.metric] = max(series.times[-1], found.get(series.metric, series.times[-1]))
    return found
