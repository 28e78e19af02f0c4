"""Finds the files that a pattern matches, as Go's ``filepath.Glob`` does for Prometheus and promtool."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from gonogo.model.file_pattern import BadPattern, compiled, is_pattern

_LONGEST_PATH = 4096
"""Bytes of the longest path on Linux. A longer pattern matches no file, and Python is slow to find that out."""


def matching_files(pattern: str, root: str | os.PathLike[str] = "") -> tuple[str, ...]:
    """List the names that a pattern matches, sorted within each folder. A pattern that Go refuses matches no file.

    Args:
        pattern: an absolute pattern, or one relative to ``root``: then the names are relative as well.
        root: the folder that relative patterns start from. Wildcards in its own name are not expanded.
    """
    if not pattern or len(pattern) > _LONGEST_PATH:
        return ()
    try:
        return tuple(_matching(pattern, os.fspath(root)))
    except BadPattern:
        return ()


def _matching(pattern: str, root: str) -> Iterator[str]:
    if not is_pattern(pattern):
        if os.path.lexists(posixpath.join(root, pattern)):
            yield pattern
        return
    folder, _, last = pattern.rpartition("/")
    top = folder or ("/" if pattern.startswith("/") else "")
    matches = compiled(last).fullmatch
    for found in _matching(top, root) if is_pattern(top) else (top,):
        yield from (posixpath.join(found, name) for name in _names(posixpath.join(root, found)) if matches(name))


def _names(folder: str) -> list[str]:
    try:
        return sorted(entry.name for entry in Path(folder).iterdir())
    except OSError:
        return []
