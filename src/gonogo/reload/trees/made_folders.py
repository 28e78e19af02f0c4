"""Makes the folders that a new tree needs, with the rights of the folder around them, and removes them again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from gonogo.disk import durable
from gonogo.reload.trees.recover_marker import Marker
from gonogo.reload.trees.rights import give_rights, rights_like, rights_of
from gonogo.reload.trees.switch_hindrances import innermost
from gonogo.reload.trees.switch_trouble import not_kept


def make_folders(marker: Marker, folders: Iterable[Path]) -> Iterator[Path]:
    """Make folders, and all missing folders above them. Yield each new folder.

    Raises:
        OSError: a folder cannot be made.
        ActionFailed: a folder cannot have the rights of the folder above it.
    """
    for needed in folders:
        for folder in reversed(list(_missing(needed))):
            beside = _beside(marker, folder)
            with suppress(FileExistsError):
                beside.mkdir()
            _make_like(beside, folder)
            beside.rename(folder)
            durable.sync_folder(folder.parent)
            yield folder


def drop_folders(marker: Marker) -> None:
    """Remove the folders that were made for the new tree, if no other program put files there."""
    for name in reversed(marker.folders):
        with suppress(OSError):
            marker.live.path(name).rmdir()


def clear_folders(marker: Marker) -> None:
    """Remove the folders that are not renamed into place yet."""
    for name in marker.folders:
        with suppress(OSError):
            _beside(marker, marker.live.path(name)).rmdir()


def sync_folders(folders: Iterable[Path]) -> Iterator[Path]:
    """Sync folders after files were renamed and removed. For a folder that is gone, sync the one above it.

    Raises:
        OSError: a folder cannot be synced.
    """
    for folder in dict.fromkeys(innermost(folder) for folder in folders):
        durable.sync_folder(folder)
        yield folder


def _make_like(beside: Path, folder: Path) -> None:
    """Give a new folder the rights of the folder around it, ACLs and labels included."""
    model = folder.parent
    descriptor = os.open(beside, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        lost = give_rights(descriptor, rights_like(rights_of(model, model.stat(), access_only=True)))
    finally:
        os.close(descriptor)
    if lost:
        raise not_kept(folder, lost)


def _missing(folder: Path) -> Iterator[Path]:
    while not os.path.lexists(folder):
        yield folder
        folder = folder.parent


def _beside(marker: Marker, folder: Path) -> Path:
    return folder.parent / f".gonogo-{marker.token}-folder"
