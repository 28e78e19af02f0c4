"""Inputs that are not in git: nobody reviewed them, and other machines do not have them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Untracked:
    """A file that git ignores or does not track, and its role as an input (``rules``, ``tests``, ``policy``…)."""

    path: str
    role: str
    ignored: bool
