"""The only module that reads environment variables. Other modules get the values from their callers."""

from __future__ import annotations

import os


def variable(name: str) -> str | None:
    """Return an environment variable; ``None`` if it is not set or is empty."""
    return os.environ.get(name) or None
