"""The files behind a policy: what its globs and its folders of tests hold."""

from __future__ import annotations

import os
from pathlib import Path

from gonogo.actuators.matching_files import matching_files

TEST_SUFFIXES = (".yml", ".yaml")


def matching(pattern: str) -> tuple[Path, ...]:
    """List the files that one pattern matches as Prometheus does, names that begin with a dot included; sorted."""
    return tuple(Path(name) for name in sorted(matching_files(pattern)))


def rule_files(patterns: tuple[str, ...]) -> tuple[Path, ...]:
    """Give every rule file that the patterns match, each once, sorted."""
    return tuple(sorted({path for pattern in patterns for path in matching(pattern)}))


def unit_files(place: Path) -> tuple[Path, ...]:
    """Give the place itself where it is a file, else every YAML file below it, sorted.

    Links to folders are followed, but never back into a folder they stand in.

    Raises:
        OSError: a folder cannot be listed.
    """
    return tuple(sorted(_below(place, frozenset()))) if place.is_dir() else (place,)


def _below(folder: Path, above: frozenset[tuple[int, int]]) -> set[Path]:
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return set()
    found: set[Path] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found |= _below(Path(entry.path), above | {here})
            elif entry.name.endswith(TEST_SUFFIXES):
                found.add(Path(entry.path))
    return found
