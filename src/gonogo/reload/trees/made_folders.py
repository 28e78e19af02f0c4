"""The folders that a new tree needs: made whole, as open as the ones they stand in, and taken away again."""

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
    """Make folders and all above them that are missing; gives each that was made.

    Raises:
        OSError: one cannot be made.
        ActionFailed: one cannot be as open as the folder above it.
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
    """Take away the folders that were made for the new tree, where nobody else put anything in."""
    for name in reversed(marker.folders):
        with suppress(OSError):
            marker.live.path(name).rmdir()


def clear_folders(marker: Marker) -> None:
    """Take away what was about to become a folder."""
    for name in marker.folders:
        with suppress(OSError):
            _beside(marker, marker.live.path(name)).rmdir()


def sync_folders(folders: Iterable[Path]) -> Iterator[Path]:
    """Make what was renamed and removed in folders survive a power cut; for one that is gone, the one above it.

    Raises:
        OSError: one cannot be synced.
    """
    for folder in dict.fromkeys(innermost(folder) for folder in folders):
        durable.sync_folder(folder)
        yield folder


def _make_like(beside: Path, folder: Path) -> None:
    """Give a folder that was just made the rights of the one that it will be in, ACLs and labels included."""
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
