"""Gates: named sets of conditions, and the run gates that ask for the record of a run."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.model.condition import Condition

OBS_LINT = "obs-lint"
PROMQL_UNIT = "promql-unit"
SANDBOX_SMOKE = "sandbox-smoke-60s"
RUN_GATES = (OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE)
"""The gates that pass on the record of a run, always required unless the policy says otherwise."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A named set of conditions.

    ``require`` makes the outcome; ``abort`` (true = violated) ends a dry run;
    ``warn`` (true = worth a look) never changes a verdict.
    """

    name: str
    require: tuple[Condition, ...]
    abort: tuple[Condition, ...] = ()
    warn: tuple[Condition, ...] = ()
