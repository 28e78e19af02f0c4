"""Brings every file of a marker to one of its two sides, from any mixture of both.

Switch, rollback and recovery take the same steps. A file that is right already is left alone. Every missing file is
first written beside its place. Only when all bytes are on disk, the files are renamed. So a full disk shows before
anything changes, and interrupted steps can be repeated.
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
from gonogo.reload.trees.beside import (
    clear_folders,
    clear_links,
    drop_folders,
    links_beside,
    make_folders,
    sync_folders,
    turn,
)
from gonogo.reload.trees.manifest import ManifestEntry, entry_at
from gonogo.reload.trees.marker import Marker, remove_marker
from gonogo.reload.trees.rights import give_rights
from gonogo.reload.trees.state_folder import StateFolder, kept
from gonogo.reload.trees.switch_plan import TreeChange
from gonogo.reload.trees.switch_standing import Foreign, TreeSide, is_there, standing, strangers, survey, verify, wanted
from gonogo.reload.trees.switch_trouble import Refused, Strangers, Stuck, Undone, next_of, not_kept, words

Step = Callable[[str], object]
"""A function that is called with the name of each step right after it."""


@dataclass(frozen=True, slots=True)
class StagedFiles:
    """The files that are written beside the files that they will replace, with all bytes synced."""

    side: TreeSide
    puts: tuple[TreeChange, ...]
    removals: tuple[TreeChange, ...]


def bring(state: StateFolder, marker: Marker, side: TreeSide, at_step: Step, known: Collection[Foreign] = ()) -> None:
    """Bring the live folder to one side. See ``stage`` and ``put``."""
    put(marker, stage(state, marker, side, at_step, known), at_step)


def stage(
    state: StateFolder, marker: Marker, side: TreeSide, at_step: Step, known: Collection[Foreign] = ()
) -> StagedFiles:
    """Write all missing files beside their places. No file of the live tree is changed.

    Args:
        state: the state folder with the bytes of both sides.
        marker: the switch.
        side: the tree to go to.
        at_step: is called after each step.
        known: the files of other programs that may be overwritten.

    Raises:
        OSError: a step failed. The files that were written beside are removed.
        ActionFailed: needed bytes are not kept any more, or another program has changed files by now.
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
    """Rename the written files into place, and remove the files that the side does not have.

    Raises:
        OSError: a step failed. Renamed files stay. The other written files are removed.
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
    """Remove the files that interrupted steps wrote beside their places. Files that cannot be removed stay."""
    for change in marker.changes:
        with suppress(OSError):
            marker.beside(change.name).unlink()
    clear_folders(marker)
    clear_links(marker)


def _touched(marker: Marker) -> list[Path]:
    """List the folders that this switch may have changed. A killed process could not sync its own."""
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
    """Put the old link. Return false if the file behind it has changed, so that a file must be put instead."""
    beside.symlink_to(entry.link or "")
    try:
        found = entry_at(beside, entry.kind)
    except NotReadable:
        found = None
    if found is not None and found.alike(entry):
        return True
    beside.unlink()
    return False


OVERWRITES = "gonogo reload --recover --overwrite overwrites these files, and keeps their bytes"
"""The next step if the files of another program may be overwritten."""

UNREADABLE = (
    "these files cannot be copied: move them away, or put the link back, then: gonogo reload --recover --overwrite"
)
"""The next step if these files cannot be read."""


def withdrawn(state: StateFolder, marker: Marker, error: OSError | ActionFailed) -> ActionFailed:
    """Withdraw a switch before any file of the live folder was changed. Return the error to raise."""
    clear(marker)
    drop_folders(marker)
    try:
        remove_marker(state)
    except OSError as second:
        return stuck(state, marker, second)
    return _ended(Refused, "nothing was switched", marker, error)


def undone(state: StateFolder, marker: Marker, error: OSError | ActionFailed, at_step: Step) -> ActionFailed:
    """Put the old tree back after a file was changed. Return the error to raise."""
    try:
        bring(state, marker, TreeSide.OLD, at_step)
        verify(marker, TreeSide.OLD)
        remove_marker(state)
    except (OSError, ActionFailed) as second:
        return stuck(state, marker, second)
    return _ended(Undone, "the switch failed and was undone; the old tree is back", marker, error)


def stuck(state: StateFolder, marker: Marker, error: OSError | ActionFailed) -> Stuck:
    """Return the error for a live folder that could not be brought to one side. The marker exists."""
    clear(marker)
    way_out = OVERWRITES if isinstance(error, Strangers) else "fix that problem, then: gonogo reload --recover"
    return Stuck(
        f"the live tree is {standing(marker)}: it could not be brought to one side",
        where=str(marker.live.root),
        why=words(error) if isinstance(error, OSError) else str(error),
        next_step=f"{way_out} (the bytes of both trees are in {state.folder})",
    )


def _ended(sort: type[Refused | Undone], what: str, marker: Marker, error: OSError | ActionFailed) -> Refused | Undone:
    if isinstance(error, OSError):
        where = str(error.filename2 or error.filename or marker.live.root)
        return sort(what, where=where, why=words(error), next_step=next_of(error))
    return sort(what, where=error.where, why=error.why or error.what, next_step=error.next_step)
