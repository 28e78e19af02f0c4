"""Brings every file of a marker to one of its two sides, from whatever mixture is found.

Forward, back and recovery are the same walk: what is already right is left alone, all that
is missing is first written beside, and only when every byte is on the disk are files renamed.
So a full disk shows before anything changed, and a walk that was cut short is walked again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.reload.trees.kept_bytes import kept
from gonogo.reload.trees.made_folders import clear_folders, drop_folders, make_folders, sync_folders
from gonogo.reload.trees.manifest import ManifestEntry, entry_at
from gonogo.reload.trees.recover_marker import Marker
from gonogo.reload.trees.rights import give_rights
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.switch_plan import TreeChange
from gonogo.reload.trees.switch_standing import Foreign, TreeSide, is_there, strangers, survey, wanted
from gonogo.reload.trees.switch_trouble import not_kept
from gonogo.reload.trees.turned_link import clear_links, links_beside, turn

Step = Callable[[str], object]
"""Is told the name of each step right after it was done."""


@dataclass(frozen=True, slots=True)
class StagedFiles:
    """What is ready beside the files that it will replace, on the disk to the last byte."""

    side: TreeSide
    puts: tuple[TreeChange, ...]
    removals: tuple[TreeChange, ...]


def bring(state: StateFolder, marker: Marker, side: TreeSide, at_step: Step, known: Collection[Foreign] = ()) -> None:
    """Make the live tree the one of this side; see ``stage`` and ``put``."""
    put(marker, stage(state, marker, side, at_step, known), at_step)


def stage(
    state: StateFolder, marker: Marker, side: TreeSide, at_step: Step, known: Collection[Foreign] = ()
) -> StagedFiles:
    """Write all that is missing beside its place; no file of the live tree is touched.

    Args:
        state: where the bytes of both sides are kept.
        marker: the switch.
        side: where to go.
        at_step: is told of each step.
        known: what somebody else put there and may be overwritten.

    Raises:
        OSError: a step failed; what was written beside was taken away.
        ActionFailed: bytes that are needed are not kept any more, or somebody else wrote something by now.
    """
    clear(marker)
    todo = [change for change in marker.changes if not is_there(marker, change, side)]
    puts = {change: entry for change in todo if (entry := wanted(change, side)) is not None}
    try:
        for folder in make_folders(marker, [marker.live.path(change.name).parent for change in puts]):
            at_step(f"made {folder.name}")
        for change, entry in puts.items():
            _write_beside(state, marker, change.name, entry)
            at_step(f"written {change.name}")
        durable.sync_files(marker.beside(change.name) for change in puts)
        links_beside(marker, side)
        at_step("synced what was written")
        if unknown := [one for one in survey(marker).foreign if one not in known]:
            raise strangers(marker, unknown)
    except (OSError, ActionFailed):
        clear(marker)
        raise
    return StagedFiles(side, tuple(puts), tuple(change for change in todo if change not in puts))


def put(marker: Marker, staged: StagedFiles, at_step: Step) -> None:
    """Rename what is staged into place, and take away what the side does not have.

    Raises:
        OSError: a step failed; what was renamed stays, what was not is taken away beside its place.
    """
    try:
        for change in staged.puts:
            marker.beside(change.name).rename(marker.live.path(change.name))
            at_step(f"renamed {change.name}")
        for change in staged.removals:
            marker.live.path(change.name).unlink(missing_ok=True)
            at_step(f"removed {change.name}")
        for link in turn(marker):
            at_step(f"turned the link {link.path.name}")
        if staged.side is TreeSide.OLD:
            drop_folders(marker)
        for folder in sync_folders(_touched(marker)):
            at_step(f"synced {folder.name}")
    except OSError:
        clear(marker)
        raise


def clear(marker: Marker) -> None:
    """Take away what a walk that was cut short wrote beside; what cannot be taken away stays."""
    for change in marker.changes:
        with suppress(OSError):
            marker.beside(change.name).unlink()
    clear_folders(marker)
    clear_links(marker)


def _touched(marker: Marker) -> list[Path]:
    """List the folders that any walk of this switch may have changed: one that was killed could not sync its own."""
    folders = [marker.live.path(change.name).parent for change in marker.changes]
    return [*folders, *(link.path.parent for link in marker.links)]


def _write_beside(state: StateFolder, marker: Marker, name: str, entry: ManifestEntry) -> None:
    beside = marker.beside(name)
    if entry.link is not None and _links_to(beside, entry):
        return
    content = kept(state.objects, entry.sha256)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if lost := give_rights(descriptor, entry.rights):
            raise not_kept(marker.live.path(name), lost)


def _links_to(beside: Path, entry: ManifestEntry) -> bool:
    """Put the link that stood there; not where what it leads to has changed: then a file is put."""
    beside.symlink_to(entry.link or "")
    try:
        found = entry_at(beside, entry.kind)
    except NotReadable:
        found = None
    if found is not None and found.alike(entry):
        return True
    beside.unlink()
    return False
