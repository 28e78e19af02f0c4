"""Keeps copies of the files that a user edited in place and the server rejected, before a rollback overwrites them."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.errors import ActionFailed
from gonogo.reload.trees.marker import Marker
from gonogo.reload.trees.state_folder import PRIVATE_FILE, PRIVATE_FOLDER, StateFolder

MOST_KEPT = 3
"""The number of rejected trees to keep. The oldest ones are deleted."""

OUTSIDE = "outside"
"""The folder for files outside the configuration's folder, by their whole path."""


def keep_rejected(state: StateFolder, marker: Marker) -> Path | None:
    """Copy every file that the rollback would overwrite or remove. Return the folder, or ``None`` if there is none.

    Raises:
        ActionFailed: the files cannot be copied, so they must not be overwritten.
    """
    rejected = state.folder / "rejected"
    try:
        edited = _edited(marker)
        if not edited:
            return None
        folder = rejected / _digest(edited)
        for name, content in edited.items():
            place = folder / _inside(name, edited)
            place.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            durable.replace(place, content, PRIVATE_FILE)
        for made in {above for name in edited for above in (folder / _inside(name, edited)).parents}:
            if made.is_relative_to(state.folder):
                durable.sync_folder(made)
        _drop_oldest(folder)
    except OSError as error:
        raise _not_kept(rejected, error, "make room or repair the folder") from error
    return folder


def _edited(marker: Marker) -> dict[str, bytes]:
    """Read the files that the rollback would replace or remove."""
    edited = {}
    for change in marker.changes:
        path = marker.live.path(change.name)
        if os.path.lexists(path):
            content = _read(path)
            if change.before is None or hashlib.sha256(content).hexdigest() != change.before.sha256:
                edited[change.name] = content
    return edited


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)[0]
    except NotReadable as error:
        raise _not_kept(path, error, "move it away") from error


def _not_kept(where: Path, error: Exception, next_step: str) -> ActionFailed:
    return ActionFailed(
        "the edited files cannot be copied, so they were not overwritten",
        where=str(where),
        why=str(error),
        next_step=f"{next_step}, then: gonogo reload --recover --overwrite",
    )


def _digest(edited: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(edited.items()):
        digest.update(f"{hashlib.sha256(content).hexdigest()} {name}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:16]


def _inside(name: str, edited: dict[str, bytes]) -> str:
    if not name.startswith("/"):
        return name
    outside = OUTSIDE
    while any(other.startswith(f"{outside}/") for other in edited):
        outside += "_"
    return f"{outside}{name}"


def _drop_oldest(folder: Path) -> None:
    others = sorted((one for one in folder.parent.iterdir() if one != folder), key=lambda one: one.stat().st_mtime)
    for old in others[: max(0, len(others) - MOST_KEPT + 1)]:
        shutil.rmtree(old, ignore_errors=True)
