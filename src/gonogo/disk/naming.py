"""The names of files in output: the shortest path that a user could type in the current folder."""

from __future__ import annotations

import os
from pathlib import Path


def shown(path: Path) -> Path:
    """Return the path of a file without ``..``, relative to the current folder if the file is below that folder.

    A ``..`` stays if its removal would name another file, because of a symbolic link.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the current folder was deleted, so it contains no file
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
