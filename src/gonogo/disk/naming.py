"""How files are named to people: as they would write them where they are."""

from __future__ import annotations

import os
from pathlib import Path


def shown(path: Path) -> Path:
    """Name a file without detours, and seen from the current folder where it lies in it.

    A detour over ``..`` stays where a link makes it lead elsewhere than its text says.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the folder was deleted, and nothing lies in it
        return path
    straight = Path(os.path.normpath(here / path))
    if ".." in path.parts and not _same(straight, path):
        return _seen_from(here, path)
    short = _seen_from(here, straight)
    return short if path.is_absolute() or not short.is_absolute() else Path(os.path.normpath(path))


def _seen_from(here: Path, path: Path) -> Path:
    return path.relative_to(here) if path.is_relative_to(here) else path


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
