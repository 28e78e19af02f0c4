"""Turns the one symbolic link of a whole tree, in one step of the file system."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PurePath

from gonogo.actuators import durable
from gonogo.actuators.recover_marker import Marker
from gonogo.actuators.switch_plan import LinkChange
from gonogo.actuators.switch_standing import Side, link_text


def link_beside(marker: Marker, side: Side) -> None:
    """Make the link of this side beside its place, where it is not in place already; nothing without a link.

    The files that it leads to are synced first: whoever made them may not have done so.

    Raises:
        OSError: the link cannot be made, or a file of the new tree cannot be synced.
    """
    if marker.link is None:
        return
    text = marker.link.before if side is Side.OLD else marker.link.after
    if side is Side.NEW:
        _sync_tree(marker, marker.link)
    if link_text(marker.link.path) != text:
        _beside(marker, marker.link).symlink_to(text)


def turn(marker: Marker) -> bool:
    """Rename what ``link_beside`` made into place; tells whether there was anything to do.

    Raises:
        OSError: it cannot be renamed.
    """
    if marker.link is None or not os.path.lexists(_beside(marker, marker.link)):
        return False
    _beside(marker, marker.link).rename(marker.link.path)
    return True


def clear_link(marker: Marker) -> None:
    """Take away a link that was not turned yet."""
    if marker.link is not None:
        with suppress(OSError):
            _beside(marker, marker.link).unlink()


def _sync_tree(marker: Marker, link: LinkChange) -> None:
    root = link.path.parent / link.after
    names = [PurePath(name) for name in marker.new.kept if not name.startswith("/")]
    durable.sync_files(root / name for name in names)
    for folder in {folder for name in names for folder in name.parents}:
        durable.sync_folder(root / folder)
    durable.sync_folder(root.parent)


def _beside(marker: Marker, link: LinkChange) -> Path:
    return link.path.parent / f".gonogo-{marker.token}-link"
