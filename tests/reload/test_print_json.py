"""A reload as JSON."""

from __future__ import annotations

import json

from gonogo.model.outcome import Outcome
from gonogo.reload.print import reload_json
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport


def test_a_reload_has_its_steps_and_what_a_person_needs() -> None:
    """Each step by its name, outcome, sentence and time to the millisecond; then reasons and commands."""
    step = StepReport(ReloadStep.VERIFY, Outcome.FAIL, "no", 1.23456, ("no", "and no"))
    reasons, failing = ("no", "and no"), ("rule x: no",)
    result = ReloadResult(Became.FAILED, "lost", (step,), reasons, ("cp a b",), ("+ job x",), 2.0, 1, failing=failing)
    answered = json.loads(reload_json(result))
    assert answered == {
        "schema": "gonogo/reload/v1",
        "outcome": "failed",
        "look": False,
        "failing": ["rule x: no"],
        "steps": [{"step": "verify", "outcome": "FAIL", "detail": "no", "seconds": 1.235}],
        "detail": "lost",
        "seconds": 2.0,
        "retries": 1,
        "reasons": ["no", "and no"],
        "commands": ["cp a b"],
        "preview": ["+ job x"],
        "warnings": [],
    }
