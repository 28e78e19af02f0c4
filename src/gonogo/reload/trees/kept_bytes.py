"""Stores bytes by their hash: whole or absent, for their owner alone, checked at each read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.errors import ActionFailed
from gonogo.reload.trees.server_state import PRIVATE_FILE
from gonogo.reload.trees.switch_trouble import Refused


def keep(folder: Path, files: Iterable[tuple[Path, str]]) -> None:
    """Store the bytes of files that had these hashes. When this function returns, the bytes survive a power cut.

    All files are written before the first one is synced, so that the disk writes them in one pass.

    Raises:
        Refused: a file changed since its hash was taken.
        OSError: the bytes cannot be kept.
    """
    beside: dict[str, Path] = {}
    try:
        for source, sha256 in files:
            content = _as_seen(source, sha256)
            if sha256 not in beside and not is_kept(folder, sha256):
                beside[sha256] = folder / f".{sha256}.new"
                _write(beside[sha256], content)
        durable.sync_files(beside.values())
        for sha256, path in beside.items():
            path.rename(folder / sha256)
    except (OSError, ActionFailed):
        for path in beside.values():
            with suppress(OSError):
                path.unlink()
        raise
    if beside:
        durable.sync_folder(folder)


def kept(folder: Path, sha256: str) -> bytes:
    """Return the bytes of a hash.

    Raises:
        ActionFailed: the bytes are missing or damaged.
    """
    try:
        content, _ = read_regular(folder / sha256)
    except NotReadable as error:
        raise _damaged(folder / sha256, str(error)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(folder / sha256, "its bytes do not have the hash that is its name")
    return content


def is_kept(folder: Path, sha256: str) -> bool:
    """Return whether the bytes of a hash are stored and undamaged."""
    try:
        kept(folder, sha256)
    except ActionFailed:
        return False
    return True


def drop_others(folder: Path, needed: Collection[str]) -> None:
    """Delete all stored bytes except the needed ones. Bytes that cannot be deleted stay."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in needed:
            with suppress(OSError):
                path.unlink()


def _as_seen(source: Path, sha256: str) -> bytes:
    try:
        content, _ = read_regular(source)
    except NotReadable as error:
        raise _changed(source, str(error)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _changed(source, "its bytes changed a moment ago")
    return content


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _changed(path: Path, why: str) -> Refused:
    return Refused(
        "a file changed while it was kept",
        where=str(path),
        why=why,
        next_step="nothing was changed; see who else writes there, and try again",
    )


def _damaged(path: Path, why: str) -> ActionFailed:
    return ActionFailed(
        "a kept file cannot be used",
        where=str(path),
        why=why,
        next_step="take that file from version control or a backup",
    )
