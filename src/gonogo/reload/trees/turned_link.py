"""Turns symbolic links, each in one step of the file system."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path, PurePath

from gonogo.disk import durable
from gonogo.reload.trees.recover_marker import Marker
from gonogo.reload.trees.switch_standing import TreeSide, link_text
from gonogo.reload.trees.symlinks import LinkChange


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
            _beside(marker, link).symlink_to(text)


def turn(marker: Marker) -> list[LinkChange]:
    """Rename the links of ``links_beside`` into place. Return the links that were turned.

    Raises:
        OSError: a link cannot be renamed.
    """
    turned = [link for link in marker.links if os.path.lexists(_beside(marker, link))]
    for link in turned:
        _beside(marker, link).rename(link.path)
    return turned


def clear_links(marker: Marker) -> None:
    """Remove the links that were not turned yet."""
    for link in marker.links:
        with suppress(OSError):
            _beside(marker, link).unlink()


def _sync_tree(marker: Marker, link: LinkChange) -> None:
    root = link.path.parent / link.after
    names = [PurePath(name) for name in marker.new.kept if not name.startswith("/")]
    durable.sync_files(root / name for name in names)
    for folder in {folder for name in names for folder in name.parents}:
        durable.sync_folder(root / folder)
    durable.sync_folder(root.parent)


def _beside(marker: Marker, link: LinkChange) -> Path:
    identity = hashlib.sha256(os.fsencode(link.path)).hexdigest()[:16]
    return link.path.parent / f".gonogo-{marker.token}-link-{identity}"
