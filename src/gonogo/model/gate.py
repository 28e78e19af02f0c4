"""Gates: named sets of conditions. Run gates ask for the record of a run instead."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.model.condition import Condition

OBS_LINT = "obs-lint"
PROMQL_UNIT = "promql-unit"
SANDBOX_SMOKE = "sandbox-smoke-60s"
RUN_GATES = (OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE)
"""The gates that pass on the record of a run. All are required unless the policy removes one."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A named set of conditions.

    The conditions of ``require`` make the outcome. A condition of ``abort`` that is true
    ends a dry run. A condition of ``warn`` that is true never changes a verdict.
    """

    name: str
    require: tuple[Condition, ...]
    abort: tuple[Condition, ...] = ()
    warn: tuple[Condition, ...] = ()
