"""A reload that kills its own process at a step: ``python killed_reload.py POLICY STAGED STEP begins|ended``.

An empty ``STAGED`` is: in place.

Without a step it runs to its end, and may be killed from outside.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from gonogo.policy.load import load
from gonogo.reload.place import ReloadRequest
from gonogo.reload.result import ReloadStep, StepReport
from gonogo.reload.run import reload


class Killing:
    """Kills the process when a step begins, or when it has ended."""

    def __init__(self, step: str, moment: str) -> None:
        """Name the step and the moment."""
        self._at = (step, moment)

    def begins(self, step: ReloadStep) -> None:
        """Hear of a beginning."""
        self._die((step, "begins"))

    def ended(self, report: StepReport) -> None:
        """Hear of an end."""
        self._die((report.step, "ended"))

    def _die(self, now: tuple[str, str]) -> None:
        if now == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def main(policy: str, staged: str, step: str = "", moment: str = "") -> int:
    """Reload; gives 0 where the new tree is loaded."""
    request = ReloadRequest(load(Path(policy)), staged=Path(staged) if staged else None, beat=False, max_removed=1.0)
    return 0 if reload(request, Killing(step, moment)).became.success else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
