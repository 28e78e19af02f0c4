"""Bytes kept by their hash: whole or not there, for their owner alone, checked whenever they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from gonogo.actuators import durable
from gonogo.actuators.regular_file import NotReadable, read_regular
from gonogo.actuators.server_state import PRIVATE_FILE
from gonogo.errors import ActionFailed


def keep(folder: Path, source: Path, sha256: str) -> None:
    """Keep the bytes of a file that was seen with this hash.

    Raises:
        ActionFailed: the file is not as it was seen any more.
        OSError: the bytes cannot be kept.
    """
    try:
        content, _ = read_regular(source)
        found = hashlib.sha256(content).hexdigest()
    except NotReadable as error:
        raise _changed(source, str(error)) from error
    if found != sha256:
        raise _changed(source, "its bytes are others than a moment ago")
    if not is_kept(folder, sha256):
        durable.replace(folder / sha256, content, PRIVATE_FILE)


def kept(folder: Path, sha256: str) -> bytes:
    """Give the bytes of a hash.

    Raises:
        ActionFailed: they are not kept, or damaged.
    """
    try:
        content, _ = read_regular(folder / sha256)
    except NotReadable as error:
        raise _damaged(folder / sha256, str(error)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(folder / sha256, "its bytes do not have the hash that is its name")
    return content


def is_kept(folder: Path, sha256: str) -> bool:
    """Tell whether the bytes of a hash are kept, undamaged."""
    try:
        kept(folder, sha256)
    except ActionFailed:
        return False
    return True


def drop_others(folder: Path, needed: Collection[str]) -> None:
    """Throw away all but what is needed; what cannot be thrown away stays."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name not in needed:
                path.unlink()


def _changed(path: Path, why: str) -> ActionFailed:
    return ActionFailed(
        "a file changed while it was kept",
        where=str(path),
        why=why,
        next_step="see who else writes there, and try again",
    )


def _damaged(path: Path, why: str) -> ActionFailed:
    return ActionFailed(
        "a kept file cannot be used",
        where=str(path),
        why=why,
        next_step="take that file from version control or a backup",
    )
