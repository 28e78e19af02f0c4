"""Makes the folders that a new tree needs, with the rights of the folder around them, and removes them again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath

from gonogo.disk import durable
from gonogo.reload.trees.hindrances import innermost
from gonogo.reload.trees.marker import Marker
from gonogo.reload.trees.rights import give_rights, rights_like, rights_of
from gonogo.reload.trees.switch_standing import TreeSide, link_text
from gonogo.reload.trees.switch_trouble import not_kept
from gonogo.reload.trees.tree import LinkChange


def make_folders(marker: Marker, folders: Iterable[Path]) -> Iterator[Path]:
    """Make folders, and all missing folders above them. Yield each new folder.

    Raises:
        OSError: a folder cannot be made.
        ActionFailed: a folder cannot have the rights of the folder above it.
    """
    for needed in folders:
        for folder in reversed(list(_missing(needed))):
            beside = _folder_beside(marker, folder)
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
            _folder_beside(marker, marker.live.path(name)).rmdir()


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


def _folder_beside(marker: Marker, folder: Path) -> Path:
    return folder.parent / f".gonogo-{marker.token}-folder"


def links_beside(marker: Marker, side: TreeSide) -> None:
    """Make the links of this side beside their places, unless they are in place already.

    The files behind a staged link are synced first, because the program that made them may not have done so.

    Raises:
        OSError: a link cannot be made, or a file of the new tree cannot be synced.
    """
    for link in marker.links:
        if side is TreeSide.NEW and not marker.in_place:
            _sync_tree(marker, link)
        text = link.before if side is TreeSide.OLD else link.after
        if link_text(link.path) != text:
            _link_beside(marker, link).symlink_to(text)


def turn(marker: Marker) -> list[LinkChange]:
    """Rename the links of ``links_beside`` into place. Return the links that were turned.

    Raises:
        OSError: a link cannot be renamed.
    """
    turned = [link for link in marker.links if os.path.lexists(_link_beside(marker, link))]
    for link in turned:
        _link_beside(marker, link).rename(link.path)
    return turned


def clear_links(marker: Marker) -> None:
    """Remove the links that were not turned yet."""
    for link in marker.links:
        with suppress(OSError):
            _link_beside(marker, link).unlink()


def _sync_tree(marker: Marker, link: LinkChange) -> None:
    root = link.path.parent / link.after
    names = [PurePath(name) for name in marker.new.kept if not name.startswith("/")]
    durable.sync_files(root / name for name in names)
    for folder in {folder for name in names for folder in name.parents}:
        durable.sync_folder(root / folder)
    durable.sync_folder(root.parent)


def _link_beside(marker: Marker, link: LinkChange) -> Path:
    identity = hashlib.sha256(os.fsencode(link.path)).hexdigest()[:16]
    return link.path.parent / f".gonogo-{marker.token}-link-{identity}"
