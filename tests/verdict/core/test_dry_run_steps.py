"""The effect of a dry run's own steps on its verdict."""

from __future__ import annotations

import pytest

from gonogo.model.outcome import GateOutcome, Outcome, Reason
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.verdict.core.dry_run_steps import without_steps


def judgement(*verdicts: Verdict) -> Judgement:
    """Make a judgement of subjects with these verdicts."""
    gate = GateOutcome("gate", Outcome.PASS, ())
    subjects = tuple(SubjectVerdict({"service": str(n)}, verdict, (gate,)) for n, verdict in enumerate(verdicts))
    return Judgement(max(verdicts, key=list(Verdict).index), 1_700_000_000.0, subjects)


@pytest.mark.parametrize(
    ("before", "after"),
    [(Verdict.GO, Verdict.HOLD), (Verdict.HOLD, Verdict.HOLD), (Verdict.NO_GO, Verdict.NO_GO)],
)
def test_a_step_that_did_not_pass_holds_every_subject(before: Verdict, after: Verdict) -> None:
    """No subject is GO without it; NO-GO stays, and the healthy sentence of a month turns nothing."""
    held = without_steps(judgement(before, Verdict.GO), [("two-beats", "beat 7 did not arrive")])
    assert held.verdict is after
    assert [subject.verdict for subject in held.subjects] == [after, Verdict.HOLD]
    for subject in held.subjects:
        gate = subject.gates[-1]
        assert (gate.gate, gate.outcome) == ("dry-run", Outcome.UNKNOWN)
        assert gate.checks[0].doubts[0].reason is Reason.NO_RECORD
        assert gate.checks[0].condition == "two-beats passed"
        assert gate.checks[0].detail == "beat 7 did not arrive; fix the cause and run the dry run again"


def test_where_every_step_passed_nothing_changes() -> None:
    """The verdict is that of decide."""
    assert without_steps(judgement(Verdict.GO), []) == judgement(Verdict.GO)
