"""Lets the real vmalert read rule files without running them."""

from __future__ import annotations

import re
from pathlib import Path

from gonogo.programs.locate import VMALERT
from gonogo.programs.promtool import ToolRun, run_tool

_VERSION = re.compile(r"\bv(\d+\.\d+\.\d+)")


def dry_run(folder: Path) -> ToolRun:
    """Check every rule file ``*.yml`` in a folder.

    Raises:
        MissingTool: vmalert is not installed.
    """
    return run_tool((VMALERT,), "-dryRun", f"-rule={folder}/*.yml")


def vmalert_version() -> str:
    """Ask vmalert for its version; the builds of Debian have none, and an empty text is returned.

    Raises:
        MissingTool: vmalert is not installed.
    """
    found = _VERSION.search(run_tool((VMALERT,), "-version").output)
    return found[1] if found else ""
