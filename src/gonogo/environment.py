"""The one place that reads the process's environment; everybody else is handed what it says."""

from __future__ import annotations

import os


def variable(name: str) -> str | None:
    """Return one environment variable; ``None`` when it is not set or is empty."""
    return os.environ.get(name) or None
