"""Child processes of a test that may be killed at any moment."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable


def forked(work: Callable[[], object]) -> int:
    """Do some work in a child of this process, and return its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - the child ends here, and what went wrong is for the test's output
        traceback.print_exc()
    finally:
        os._exit(code)


def exit_code(child: int) -> int:
    """Wait for a child, and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dies(work: Callable[[], object]) -> bool:
    """Do the work in a child that may be killed. Return whether the child was killed."""
    code = exit_code(forked(work))
    assert code in {0, -signal.SIGKILL}
    return code != 0


def killed_at(number: int) -> Callable[[str], None]:
    """Make a listener that kills its own process after a number of steps."""
    left = [number]

    def at_step(step: str) -> None:
        del step
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    return at_step
