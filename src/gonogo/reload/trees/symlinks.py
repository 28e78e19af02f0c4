"""Symbolic links on the way to a file.

With links such as ``rules.yml -> ..data/rules.yml`` and ``..data -> ..v2``, a deployment turns one link. A rollback
turns that link back, so gonogo records every link on the way to a file of a verified tree.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

MOST_LINKS = 40
"""The number of links that the kernel follows. A path with more links is a loop."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A symbolic link that is turned, with its old and new targets."""

    path: Path
    before: str
    after: str


_NONE: Mapping[str, str] = MappingProxyType({})


def walked(path: Path, turned: Mapping[str, str] = _NONE, root: Path = Path("/")) -> tuple[Path, dict[str, str]]:
    """Follow every symbolic link of an absolute path. Return the end of the path, and each link's target by its path.

    Args:
        path: the path.
        turned: the assumed targets of the links at these paths.
        root: the folder at which absolute paths begin. A process in a container has its own.

    Raises:
        OSError: the links form a loop, or cannot be read.
    """
    here, links = root, dict[str, str]()
    left = list(path.parts[1:])
    followed = 0
    while left:
        part = left.pop(0)
        if part == "..":
            here = here if here == root else here.parent
            continue
        there = here / part
        text = turned.get(str(there)) or _text(there)
        if text is None:
            here = there
            continue
        followed += 1
        if followed > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        links[str(there)] = text
        target = Path(text)
        here = root if target.is_absolute() else here
        left[:0] = target.parts[1:] if target.is_absolute() else target.parts
    return here, links


def _text(place: Path) -> str | None:
    return str(place.readlink()) if place.is_symlink() else None
