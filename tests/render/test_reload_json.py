"""A reload as JSON."""

from __future__ import annotations

import json

from gonogo.model.outcome import Outcome
from gonogo.render.reload_json import reload_json


def test_a_reload_has_a_step() -> None:
    """What became of the server, and how."""
    answered = json.loads(reload_json("failed", "reload", Outcome.FAIL, "no", 1.23456))
    assert answered == {
        "schema": "gonogo/reload/v1",
        "outcome": "failed",
        "steps": [{"step": "reload", "outcome": "FAIL", "detail": "no", "seconds": 1.235}],
    }
