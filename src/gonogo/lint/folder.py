"""The YAML files below a folder, each real file and folder once, whatever links lead to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".yml", ".yaml")

Identity = tuple[int, int]


def yaml_files(folder: Path) -> tuple[Path, ...]:
    """List them: those of a folder before those of the folders in it, each in the order of names.

    Links are followed, never twice to the same place; a link that leads nowhere is listed, so
    that reading it tells.

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
        return False  # a loop of links: reading it as a file tells


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
