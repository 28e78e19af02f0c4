"""Finds how late recorded samples are, if the program that evaluates the rules evaluates them in the past.

vmalert evaluates rules at a time in the past, so that the samples it reads are complete.
The samples it records are never newer than that time. They are judged as of that time: a window
ends there, and a sample may be older by the delay. If the program stops, gonogo notices it later
by the same delay.

Prometheus 2.53 and later does the same with ``query_offset`` and ``rule_query_offset``. Its list of rules does not
show the offset, so the server may not have loaded the offset of a rule file. The time of the last evaluation is the
proof: the sample of that evaluation is older by the offset. gonogo allows for that proved difference and no more.
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
    """The number of seconds by which the samples of a recorded metric are late.

    If it is not known, ``unread`` says why, and ``seconds`` is what is proved.
    """

    seconds: float = 0.0
    unread: str = ""

    def explained(self, doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
        """Add the unknown setting to the detail of each doubt that it can cause."""
        if not self.unread:
            return doubts
        return tuple(
            replace(doubt, detail=f"{doubt.detail}; {self.unread}") if doubt.reason in _OF_AGE else doubt
            for doubt in doubts
        )


IN_TIME = Lateness()
"""The lateness of a metric whose samples are not late."""


def late_metrics(evidence: Evidence) -> dict[str, Lateness]:
    """Map every recorded metric to its lateness. If several groups record it, the latest one counts."""
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
    """Return the delay that vmalert reports, or the part of the claimed offset that the samples of a rule prove."""
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
    """Map group and rule to the ``query_offset`` of the rule file. If files differ, the smallest one counts."""
    found: dict[tuple[str, str], timedelta] = {}
    for group in evidence.files:
        if group.delay is not None:
            for rule in group.rules:
                key = group.name, rule.name
                found[key] = min(group.delay, found.get(key, group.delay))
    return found


def _newest(evidence: Evidence) -> dict[str, float]:
    """Map every metric to the time of the newest sample among all its series."""
    found: dict[str, float] = {}
    answers = () if isinstance(evidence.ranges, Unread) else evidence.ranges.values()
    for series in (series for answer in answers for series in answer if series.times):
        found[series.metric] = max(series.times[-1], found.get(series.metric, series.times[-1]))
    return found
