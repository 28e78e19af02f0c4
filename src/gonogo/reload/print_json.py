"""The JSON output of a reload, for programs."""

from __future__ import annotations

import json

from gonogo.formats.document import encodable
from gonogo.reload.compare.result import ReloadResult


def reload_json(result: ReloadResult) -> str:
    """Return the answer of ``gonogo reload --format json``."""
    steps = [
        {"step": one.step, "outcome": one.outcome, "detail": one.detail, "seconds": round(one.seconds, 3)}
        for one in result.steps
    ]
    value = encodable(
        {
            "schema": "gonogo/reload/v1",
            "outcome": result.became,
            "steps": steps,
            "detail": result.detail,
            "seconds": round(result.seconds, 3),
            "retries": result.retries,
            "reasons": result.reasons,
            "commands": result.commands,
            "preview": result.preview,
            "look": result.looked,
            "failing": result.failing,
            "warnings": result.warnings,
        }
    )
    return json.dumps(value, ensure_ascii=False)
