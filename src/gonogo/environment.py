"""The only module that reads or sets environment variables. Other modules get the values from their callers."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # a beat must not pay for the import
    from collections.abc import Mapping


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """Return gonogo's own environment with some variables added or replaced, for another program."""
    return {**os.environ, **variables}


def set_variable(name: str, value: str) -> None:
    """Set an environment variable of this process, for a library that reads it."""
    os.environ[name] = value


def variable(name: str) -> str | None:
    """Return an environment variable; ``None`` if it is not set or is empty."""
    return os.environ.get(name) or None
