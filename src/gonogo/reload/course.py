"""The course of a reload: runs each step, measures its time, and writes a journal record before and after it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from msgspec import Struct, field

from gonogo.errors import ActionFailed, Busy, GonogoError
from gonogo.journal.records import append
from gonogo.model.outcome import Outcome
from gonogo.model.progress import Listener, Progress, ignored
from gonogo.model.progress import note as lasting
from gonogo.model.record import RELOAD, Record
from gonogo.model.replacing import replace
from gonogo.reload.print import step_text
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport

KEPT_REASONS = 200
"""The number of reasons that a record keeps. Further reasons are only counted."""

T = TypeVar("T")
P = ParamSpec("P")


class Done(Struct, Generic[T], frozen=True):
    """The result of a step.

    Attributes:
        outcome: the outcome. UNKNOWN if the step was skipped, or does not count.
        detail: the result as a sentence.
        reasons: the reasons not to continue.
        seen: more details for the record of the step.
        tools: the versions of the programs that the step used.
        value: the finding of the step, for the steps after it.
        error: the error that ended the step.
    """

    outcome: Outcome
    detail: str
    reasons: tuple[str, ...] = ()
    seen: Mapping[str, object] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    value: T | None = None
    error: GonogoError | None = None


class StepFailed(Exception):
    """A step of a reload failed, so the reload cannot continue."""

    def __init__(self, step: ReloadStep, done: Done[Any]) -> None:
        super().__init__(f"{step}: {done.detail}")
        self.step = step
        self.done = done


def passed(detail: str, **seen: object) -> Done[Any]:
    """Return the result of a step that succeeded."""
    return Done(Outcome.PASS, detail, seen=seen)


def left_out(detail: str) -> Done[Any]:
    """Return the result of a step that was skipped. ``detail`` says why."""
    return Done(Outcome.UNKNOWN, detail)


def judged(reasons: tuple[str, ...], well: str, value: T | None = None, **seen: object) -> Done[T]:
    """Return PASS with the sentence ``well`` if there are no reasons, else FAIL with the reasons."""
    if not reasons:
        return Done(Outcome.PASS, well, seen=seen, value=value)
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return Done(Outcome.FAIL, f"{reasons[0].strip().partition(chr(10))[0]}{more}", reasons, seen, value=value)


class Course:
    """The steps of one reload, run one after another.

    Attributes:
        steps: the reports of the steps so far.
        preview: one line for each change that the reload makes.
        retries: how often the server was asked again.
        touched: whether files or the server were changed. From then on a journal that cannot be written stops nothing.
    """

    def __init__(self, journal: Path, key: str, url: str, listener: Listener = ignored) -> None:
        self.steps: list[StepReport] = []
        self.preview: tuple[str, ...] = ()
        self.retries = 0
        self.touched = False
        self.unwritten = ""
        self._journal = journal
        self._key = key
        self._kept = {"run": secrets.token_hex(8), "url": url}
        self._listener = listener
        self._began = time.monotonic()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the reasons of the steps that failed."""
        return tuple(why for report in self.steps if report.outcome is Outcome.FAIL for why in report.reasons)

    def outcome_of(self, step: ReloadStep) -> Outcome | None:
        """Return the last outcome of a step, or ``None`` if the step did not end."""
        return {report.step: report.outcome for report in self.steps}.get(step)

    def take(self, step: ReloadStep, act: Callable[P, Done[T]], *args: P.args, **kwargs: P.kwargs) -> Done[T]:
        """Run a step. A ``GonogoError`` in the step becomes its reason.

        Raises:
            ActionFailed: the journal cannot be written, and nothing was changed.
        """
        self._listener(Progress(step))
        self.note(Outcome.UNKNOWN, {"step": step, "detail": f"{step} begins"})
        self.touched |= step is ReloadStep.SWITCH
        began = time.monotonic()
        try:
            done = act(*args, **kwargs)
        except GonogoError as error:
            done = replace(judged((str(error),), ""), error=error)
        report = StepReport(step, done.outcome, done.detail, time.monotonic() - began, done.reasons)
        self.steps.append(report)
        kept = {"detail": f"{step}: {done.detail}", "seconds": round(report.seconds, 3), **done.seen}
        self.note(done.outcome, {"step": step, **kept, "findings": _bounded(done.reasons)}, done.tools)
        self._listener(lasting(step_text(report)))
        return done

    def must(self, step: ReloadStep, act: Callable[P, Done[T]], *args: P.args, **kwargs: P.kwargs) -> Done[T]:
        """Run a step like ``take``.

        Raises:
            StepFailed: the step failed.
        """
        done = self.take(step, act, *args, **kwargs)
        if done.outcome is Outcome.FAIL:
            raise StepFailed(step, done)
        return done

    def note(self, outcome: str, detail: Mapping[str, object], tools: Mapping[str, str] | None = None) -> None:
        """Write a record to the journal.

        Raises:
            ActionFailed: the record cannot be written, and nothing was changed.
        """
        record = Record(RELOAD, self._key, outcome, time.time(), {**self._kept, **detail}, tools=tools or {})
        try:
            append(self._journal, record)
        except (ActionFailed, Busy) as error:
            if not self.touched:
                raise
            self.unwritten = str(error)

    def ends(self, became: Became, detail: str, commands: tuple[str, ...] = ()) -> ReloadResult:
        """Return the result of the whole reload, with the reasons of all steps."""
        reasons = tuple(dict.fromkeys(reason for report in self.steps for reason in report.reasons))
        seconds = time.monotonic() - self._began
        return ReloadResult(became, detail, tuple(self.steps), reasons, commands, self.preview, seconds, self.retries)

    def closed(self, result: ReloadResult) -> ReloadResult:
        """Write the last record, and return the result with all steps.

        Raises:
            ActionFailed: the record cannot be written, and nothing was changed.
        """
        fields = {"outcome": result.became, "detail": result.detail, "seconds": round(result.seconds, 3)}
        outcome = Outcome.PASS if result.became.success else Outcome.FAIL
        if result.looked:  # nothing was reloaded, and no proof says that no reload is needed
            outcome, fields = Outcome.UNKNOWN, {**fields, "look": True}
        self.note(outcome, {**fields, "findings": _bounded(result.reasons), "warnings": list(result.warnings)})
        reasons = (*result.reasons, self.unwritten) if self.unwritten else result.reasons
        return replace(result, steps=tuple(self.steps), reasons=reasons)


def _bounded(reasons: tuple[str, ...]) -> list[str]:
    left = len(reasons) - KEPT_REASONS
    return [*reasons[:KEPT_REASONS], *([f"and {left} more"] if left > 0 else [])]
