"""A listener that remembers the reports of a dry run."""

from __future__ import annotations

import re

from gonogo.model.progress import Progress

_STEP = re.compile(r"(PASS|FAIL|UNKNOWN) +([\w-]+): .* \([0-9.]+ s\)")


class Heard:
    """The reports so far.

    Attributes:
        steps: the outcome of each step that ended, by its name.
        verdicts: the verdict of each step of the watch.
        said: all lines that stay.
        logged: the lines for a log of the watch.
    """

    def __init__(self) -> None:
        self.steps: dict[str, str] = {}
        self.verdicts: list[str] = []
        self.said: list[str] = []
        self.logged: list[str] = []

    def __call__(self, progress: Progress) -> None:
        """Remember a report."""
        if not progress.stays:
            self.logged += [progress.log] if progress.log else []
            if "\n" in progress.text:
                self.verdicts.append(progress.text.partition(" ")[0])
            return
        self.said.append(progress.text)
        if step := _STEP.fullmatch(progress.text):
            self.steps[step[2]] = step[1]

    def unproved(self) -> list[str]:
        """Return the lines of the steps that did not pass."""
        return [line for line in self.said if _STEP.fullmatch(line) and not line.startswith("PASS")]
