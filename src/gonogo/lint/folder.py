"""Finds the YAML files below a folder, each real file and folder once, even if several links lead to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".yml", ".yaml")

Identity = tuple[int, int]


def yaml_files(folder: Path) -> tuple[Path, ...]:
    """Return the YAML files below a folder, those of a folder before those of its subfolders, sorted by name.

    Links are followed, but never twice to the same place. A link to nothing is listed too, so that reading it fails
    with an error.

    Raises:
        OSError: a folder cannot be listed.
    """
    return tuple(_below(folder))


def _below(top: Path) -> Iterator[Path]:
    seen: set[Identity] = set()
    waiting = [top]
    for folder in waiting:
        if not _is_new(folder, seen):
            continue
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        waiting += [Path(entry.path) for entry in listed if _is_folder(entry)]
        for entry in listed:
            if entry.name.endswith(SUFFIXES) and not _is_folder(entry) and _is_new(Path(entry.path), seen):
                yield Path(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a loop of links: reading it as a file will fail with an error


def _is_new(path: Path, seen: set[Identity]) -> bool:
    try:
        status = path.stat()
    except OSError:
        return True
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True
