"""The vmalert that the tests start: is it one of the newer ones?"""

from __future__ import annotations

from functools import cache

from gonogo.programs.promtool import run_tool

DELAY_FLAG = "-rule.evalDelay"
"""The flag of newer versions, such as 1.145, and not of 1.79."""


@cache
def is_new() -> bool:
    """Return True for a version like 1.145, and False for one like 1.79; Debian's builds print no number."""
    return DELAY_FLAG in run_tool(("vmalert",), "-help").output
