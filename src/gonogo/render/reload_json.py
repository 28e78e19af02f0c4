"""What came of a reload as JSON, for programs."""

from __future__ import annotations

import json

from gonogo.model.outcome import Outcome


def reload_json(became: str, step: str, outcome: Outcome, detail: str, seconds: float) -> str:
    """Write the answer of ``gonogo reload --format json``; ``became`` is what became of the server."""
    steps = [{"step": step, "outcome": outcome, "detail": detail, "seconds": round(seconds, 3)}]
    return json.dumps({"schema": "gonogo/reload/v1", "outcome": became, "steps": steps}, ensure_ascii=False)
