"""A moment of a reload at which a test does something."""

from __future__ import annotations

from collections.abc import Callable

from gonogo.reload.result import ReloadStep, StepReport


class At:
    """Does something when a step begins or has ended."""

    def __init__(self, step: ReloadStep, act: Callable[[], object], *, after: bool = False) -> None:
        self._step, self._act, self._after = step, act, after

    def begins(self, step: ReloadStep) -> None:
        """Do it before the step."""
        if step is self._step and not self._after:
            self._act()

    def ended(self, report: StepReport) -> None:
        """Do it after the step."""
        if report.step is self._step and self._after:
            self._act()
