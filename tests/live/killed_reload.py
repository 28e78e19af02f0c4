"""A reload that kills its own process at a step: ``python killed_reload.py POLICY STAGED STEP begins|ended``.

An empty ``STAGED`` is: in place.

Without a step it runs to its end, and may be killed from outside.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

from gonogo.model.progress import ignored
from gonogo.policy.load import load
from gonogo.reload.place import ReloadRequest
from gonogo.reload.result import ReloadStep
from gonogo.reload.run import reload
from tests.reload_moment import At


def main(policy: str, staged: str, step: str = "", moment: str = "") -> int:
    """Reload; gives 0 where the new tree is loaded."""
    request = ReloadRequest(load(Path(policy)), staged=Path(staged) if staged else None, beat=False, max_removed=1.0)
    kill = partial(os.kill, os.getpid(), signal.SIGKILL)
    listener = At(ReloadStep(step), kill, after=moment == "ended") if step else ignored
    return 0 if reload(request, listener).became.success else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
