"""The course of a reload: each step timed, told, and in the journal before and after it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from gonogo.errors import ActionFailed, Busy, GonogoError
from gonogo.journal.records import append
from gonogo.model.outcome import Outcome
from gonogo.model.record import RELOAD, Record
from gonogo.reload.compare.result import Became, ReloadResult, ReloadStep, StepReport

KEPT_REASONS = 200
"""How many reasons a record keeps; the rest is counted."""


class Heard(Protocol):
    """Hears of each step as it begins and ends."""

    def begins(self, step: ReloadStep) -> None:
        """A step begins."""

    def ended(self, report: StepReport) -> None:
        """The step that began last ended."""


class Silent:
    """Tells nobody."""

    def begins(self, step: ReloadStep) -> None:
        """Pass over it."""

    def ended(self, report: StepReport) -> None:
        """Pass over it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step: in a sentence, what speaks against going on, and what else its record keeps."""

    outcome: Outcome
    detail: str
    reasons: tuple[str, ...] = ()
    seen: Mapping[str, object] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)


def passed(detail: str, **seen: object) -> Done:
    """Make a step that went well."""
    return Done(Outcome.PASS, detail, seen=seen)


def left_out(detail: str) -> Done:
    """Make a step that was not taken, and why."""
    return Done(Outcome.UNKNOWN, detail)


def judged(reasons: tuple[str, ...], well: str, **seen: object) -> Done:
    """Make a step that went well if nothing speaks against it."""
    if not reasons:
        return Done(Outcome.PASS, well, seen=seen)
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return Done(Outcome.FAIL, f"{reasons[0].strip().partition(chr(10))[0]}{more}", reasons, seen)


class Course:
    """Takes one step after another.

    Attributes:
        steps: what was taken so far.
        touched: whether files or the server were touched: from then on a journal that cannot be written stops nothing.
        unwritten: why it could not be written.
    """

    def __init__(self, journal: Path, key: str, url: str, heard: Heard) -> None:
        """Begin with nothing taken."""
        self.steps: list[StepReport] = []
        self.touched = False
        self.unwritten = ""
        self._journal = journal
        self._key = key
        self._url = url
        self._run = secrets.token_hex(8)
        self._heard = heard
        self._began = time.monotonic()

    def take(self, step: ReloadStep, act: Callable[[], Done]) -> StepReport:
        """Take a step; an error of a user's kind in it is what came of it, one reason among others.

        Raises:
            ActionFailed: the journal cannot be written, and nothing was touched.
        """
        self._heard.begins(step)
        self.note(Outcome.UNKNOWN, {"step": step, "detail": f"{step} begins"})
        began = time.monotonic()
        try:
            done = act()
        except GonogoError as error:
            done = judged((str(error),), "")
        report = StepReport(step, done.outcome, done.detail, time.monotonic() - began, done.reasons)
        self.steps.append(report)
        kept = {"detail": f"{step}: {done.detail}", "seconds": round(report.seconds, 3), **done.seen}
        self.note(done.outcome, {"step": step, **kept, "findings": _bounded(done.reasons)}, done.tools)
        self._heard.ended(report)
        return report

    def note(self, outcome: str, detail: Mapping[str, object], tools: Mapping[str, str] | None = None) -> None:
        """Write a record.

        Raises:
            ActionFailed: it cannot be written, and nothing was touched.
        """
        kept = {"run": self._run, "url": self._url, **detail}
        record = Record(RELOAD, self._key, outcome, time.time(), kept, tools=tools or {})
        try:
            append(self._journal, record)
        except (ActionFailed, Busy) as error:
            if not self.touched:
                raise
            self.unwritten = str(error)

    def ends(
        self,
        became: Became,
        detail: str,
        *,
        commands: tuple[str, ...] = (),
        preview: tuple[str, ...] = (),
        retries: int = 0,
    ) -> ReloadResult:
        """Say what came of all of it."""
        reasons = tuple(dict.fromkeys(reason for report in self.steps for reason in report.reasons))
        seconds = time.monotonic() - self._began
        return ReloadResult(became, detail, tuple(self.steps), reasons, commands, preview, seconds, retries)

    def closed(self, result: ReloadResult) -> ReloadResult:
        """Write the last record, and give the result with every step that was taken.

        Raises:
            ActionFailed: it cannot be written, and nothing was touched.
        """
        told = {"outcome": result.became, "detail": result.detail, "seconds": round(result.seconds, 3)}
        outcome = Outcome.PASS if result.became.success else Outcome.FAIL
        if result.looked:  # nothing was reloaded, nor proved not to need it
            outcome, told = Outcome.UNKNOWN, {**told, "look": True}
        self.note(outcome, {**told, "findings": _bounded(result.reasons), "warnings": list(result.warnings)})
        reasons = (*result.reasons, self.unwritten) if self.unwritten else result.reasons
        return replace(result, steps=tuple(self.steps), reasons=reasons)


def _bounded(reasons: tuple[str, ...]) -> list[str]:
    left = len(reasons) - KEPT_REASONS
    return [*reasons[:KEPT_REASONS], *([f"and {left} more"] if left > 0 else [])]
