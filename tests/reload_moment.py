"""A listener for one moment of a reload."""

from __future__ import annotations

from collections.abc import Callable

from gonogo.model.progress import Progress
from gonogo.reload.result import ReloadStep


class At:
    """A listener that acts when a step begins or has ended."""

    def __init__(self, step: ReloadStep, act: Callable[[], object], *, after: bool = False) -> None:
        self._step, self._act, self._after = step, act, after

    def __call__(self, progress: Progress) -> None:
        """Act at the moment. The result of a step begins with its outcome and its name."""
        step = progress.text.split()[1].removesuffix(":") if progress.stays else progress.text
        if step == self._step and progress.stays is self._after:
            self._act()
