"""Judges a run gate: PASS by the record of a run on exactly these inputs, else UNKNOWN, never FAIL."""

from __future__ import annotations

from gonogo.model.evidence import RunState
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason
from gonogo.model.policy import Runs


def judge_run(name: str, state: RunState, runs: Runs, now: float) -> GateOutcome:
    """Judge a run gate. ``now`` is the server's time, as in the verdict."""
    doubts = _doubts(name, state, runs, now)
    outcome = Outcome.UNKNOWN if doubts else Outcome.PASS
    age = now - state.passed_at if state.passed_at is not None else None
    detail = doubts[0].detail if doubts else f"passed {max(age or 0.0, 0.0):.0f} s ago on exactly these inputs"
    passed = JudgedCondition(f"{name} passed", outcome, doubts, detail, sampled_at=state.passed_at, age_seconds=age)
    return GateOutcome(name, outcome, (passed,))


def _doubts(name: str, state: RunState, runs: Runs, now: float) -> tuple[Doubt, ...]:
    if state.last_passed is False:
        why = f"the last run on these inputs failed{f' ({state.last_detail})' if state.last_detail else ''}"
    elif state.passed_at is None:
        why = state.last_detail or "there is no record of a run on exactly these inputs"
    elif now - state.passed_at > runs.max_age.total_seconds():
        why = f"the last passed run is {now - state.passed_at:.0f} s old, over {runs.max_age.total_seconds():.0f} s"
    else:
        return ()
    return (Doubt(Reason.NO_RECORD, f"{why}; run gonogo dryrun, which includes {name}"),)
