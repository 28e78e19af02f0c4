"""Decides when a dry run must end: a violation is true now, or the verdict was unknown for too long.

The watch passes in one step after another. The verdict of a step counts until the next step, for two step
lengths at most. Time beyond that is unknown, so a watcher that slept was blind while it slept.
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
    """The start of the time without a known verdict, or ``None`` if the verdict at the step ``at`` is known.

    Both are seconds on the watcher's clock.
    """

    at: float
    blind_since: float | None = None


@dataclass(frozen=True, slots=True)
class Abort:
    """The reason why a dry run ends early: a sentence, and the violations if there are any."""

    detail: str
    violations: tuple[tuple[str, JudgedCondition], ...] = ()


def observe(sight: Blindness | None, step: WatchStep, dry_run: DryRun) -> tuple[Blindness, Abort | None]:
    """Add one step of the watch and check for an abort.

    Args:
        sight: the result of the previous step; ``None`` at the first step.
        step: the new step.
        dry_run: the settings; ``step`` and ``blind`` are read.

    Returns:
        The state to pass in with the next step, and the abort, if the dry run must end now.
    """
    since = _blind_since(sight, step, dry_run)
    unknown = step.judgement.verdict is Verdict.HOLD
    after = Blindness(step.at, since if unknown else None)
    if step.violations:
        listed = "; ".join(f"{gate}: {check.condition} ({check.detail})" for gate, check in step.violations)
        return after, Abort(f"violated {listed}", step.violations)
    if since is not None and step.at - since >= dry_run.blind.total_seconds():
        return after, Abort(
            f"the verdict was not known for {step.at - since:.0f} s; "
            f"dry_run.blind allows {format_duration(dry_run.blind)}"
        )
    return after, None


def _blind_since(sight: Blindness | None, step: WatchStep, dry_run: DryRun) -> float | None:
    if sight is not None and sight.blind_since is not None:
        return sight.blind_since
    reach = KNOWN_INTERVALS * dry_run.step.total_seconds()
    if sight is not None and step.at - sight.at > reach:
        return sight.at + reach
    return step.at if step.judgement.verdict is Verdict.HOLD else None
