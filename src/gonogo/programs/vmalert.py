"""Runs the real vmalert to check rule files, without evaluating the rules."""

from __future__ import annotations

import re
from pathlib import Path

from gonogo.programs.promtool import ToolRun, run_tool
from gonogo.programs.running import VMALERT

_VERSION = re.compile(r"\bv(\d+\.\d+\.\d+)")


def dry_run(folder: Path) -> ToolRun:
    """Check every rule file ``*.yml`` in a folder.

    Raises:
        MissingTool: vmalert is not installed.
    """
    return run_tool((VMALERT,), "-dryRun", f"-rule={folder}/*.yml")


def vmalert_version() -> str:
    """Ask vmalert for its version. Debian's builds have no version: the function returns an empty text for them.

    Raises:
        MissingTool: vmalert is not installed.
    """
    found = _VERSION.search(run_tool((VMALERT,), "-version").output)
    return found[1] if found else ""
