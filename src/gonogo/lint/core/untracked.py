"""Inputs that are not in git: nobody reviewed them, and another machine does not have them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Untracked:
    """A file that git ignores, or does not track, and what it is an input for (``rules``, ``tests``, ``policy``…)."""

    path: str
    role: str
    ignored: bool
