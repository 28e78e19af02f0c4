"""When a dry run must end: a violation that is true now, or too long without knowing.

Fed step by step. A known verdict stands until the next step, at most two steps long;
what lies beyond is unknown, so that a watcher that slept was blind meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.durations import format_duration
from gonogo.model.outcome import JudgedCondition
from gonogo.model.policy import DryRun
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.step import WatchStep
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS


@dataclass(frozen=True, slots=True)
class Blindness:
    """Since when nothing has been known (``None``: it is), as of the step ``at``; watcher's seconds."""

    at: float
    blind_since: float | None = None


@dataclass(frozen=True, slots=True)
class Abort:
    """The end of a dry run: a sentence, and the violations where there are any."""

    detail: str
    violations: tuple[tuple[str, JudgedCondition], ...] = ()


def observe(sight: Blindness | None, step: WatchStep, dry_run: DryRun) -> tuple[Blindness, Abort | None]:
    """Take one more step into account.

    Args:
        sight: what the step before left; ``None`` at the first.
        step: what this step saw.
        dry_run: ``step`` and ``blind`` are read.

    Returns:
        What the next step needs, and the abort, if the dry run must end now.
    """
    since = _blind_since(sight, step, dry_run)
    unknown = step.judgement.verdict is Verdict.HOLD
    after = Blindness(step.at, since if unknown else None)
    if step.violations:
        told = "; ".join(f"{gate}: {check.condition} ({check.detail})" for gate, check in step.violations)
        return after, Abort(f"violated {told}", step.violations)
    if since is not None and step.at - since >= dry_run.blind.total_seconds():
        return after, Abort(
            f"nothing was known for {step.at - since:.0f} s; {format_duration(dry_run.blind)} is the most allowed"
        )
    return after, None


def _blind_since(sight: Blindness | None, step: WatchStep, dry_run: DryRun) -> float | None:
    if sight is not None and sight.blind_since is not None:
        return sight.blind_since
    reach = KNOWN_INTERVALS * dry_run.step.total_seconds()
    if sight is not None and step.at - sight.at > reach:
        return sight.at + reach
    return step.at if step.judgement.verdict is Verdict.HOLD else None
