"""Brings every file of a plan to one of its two sides, from any mixture of both.

Switch, rollback and recovery take the same steps. A file that is right already is left alone. Every missing file is
first written beside its place. Only when all bytes are on disk, the files are renamed. So a full disk shows before
anything changes, and interrupted steps can be repeated.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.reload.trees.hindrances import innermost
from gonogo.reload.trees.manifest import ManifestEntry, entry_at
from gonogo.reload.trees.marker import Plan, TreeChange
from gonogo.reload.trees.rights import give_rights, rights_like, rights_of
from gonogo.reload.trees.state_folder import StateFolder, kept
from gonogo.reload.trees.switch_standing import Foreign, TreeSide, is_there, link_text, strangers, survey, wanted
from gonogo.reload.trees.switch_trouble import not_kept
from gonogo.reload.trees.tree import LinkChange

Step = Callable[[str], object]
"""A function that is called with the name of each step right after it."""


def bring(state: StateFolder, plan: Plan, side: TreeSide, at_step: Step, known: Collection[Foreign] = ()) -> None:
    """Bring the live folder to one side. See ``stage`` and ``put``."""
    put(plan, side, stage(state, plan, side, at_step, known), at_step)


def stage(
    state: StateFolder, plan: Plan, side: TreeSide, at_step: Step, known: Collection[Foreign] = ()
) -> tuple[TreeChange, ...]:
    """Write all missing files beside their places. No file of the live tree is changed. Return the changes to make.

    The files of other programs in ``known`` may be overwritten.

    Raises:
        OSError: a step failed. The files that were written beside are removed.
        ActionFailed: needed bytes are not kept any more, or another program has changed files by now.
    """
    clear(plan)
    todo = tuple(change for change in plan.changes if not is_there(plan, change, side))
    puts = {change.name: entry for change in todo if (entry := wanted(change, side)) is not None}
    try:
        for folder in _make_folders(plan, [plan.live.path(name).parent for name in puts]):
            at_step(f"made {folder.name}")
        for name, entry in puts.items():
            _write_beside(state, plan, name, entry)
            at_step(f"written {name}")
        durable.sync_files(plan.beside(name) for name in puts)
        _link_beside(plan, side)
        at_step("synced what was written")
        if unknown := [one for one in survey(plan).foreign if one not in known]:
            raise strangers(plan, unknown)
    except (OSError, ActionFailed):
        clear(plan)
        raise
    return todo


def put(plan: Plan, side: TreeSide, todo: Iterable[TreeChange], at_step: Step) -> None:
    """Rename the written files into place, and remove the files that the side does not have.

    Raises:
        OSError: a step failed. Renamed files stay. The other written files are removed.
    """
    removals = [change.name for change in todo if wanted(change, side) is None]
    try:
        for change in todo:
            if change.name not in removals:
                plan.beside(change.name).rename(plan.live.path(change.name))
                at_step(f"renamed {change.name}")
        for name in removals:
            plan.live.path(name).unlink(missing_ok=True)
            at_step(f"removed {name}")
        turned = [link.path for link in plan.links if os.path.lexists(plan.link_beside(link.path))]
        for link in turned:
            plan.link_beside(link).rename(link)
        for link in turned:
            at_step(f"turned the link {link.name}")
        if side is TreeSide.OLD:
            drop_folders(plan)
        for folder in dict.fromkeys(map(innermost, _touched(plan))):  # of a folder that is gone, the one above it
            durable.sync_folder(folder)
            at_step(f"synced {folder.name}")
    except OSError:
        clear(plan)
        raise


def clear(plan: Plan) -> None:
    """Remove everything that interrupted steps made beside its place. Files that cannot be removed stay."""
    files = (plan.beside(change.name) for change in plan.changes)
    for path in (*files, *(plan.link_beside(link.path) for link in plan.links)):
        with suppress(OSError):
            path.unlink()
    for name in plan.folders:
        with suppress(OSError):
            plan.folder_beside(plan.live.path(name)).rmdir()


def drop_folders(plan: Plan) -> None:
    """Remove the folders that were made for the new tree, if no other program put files there."""
    for name in reversed(plan.folders):
        with suppress(OSError):
            plan.live.path(name).rmdir()


def _touched(plan: Plan) -> Iterator[Path]:
    """List the folders that this switch may have changed. A killed process could not sync its own."""
    yield from (plan.live.path(change.name).parent for change in plan.changes)
    yield from (link.path.parent for link in plan.links)


def _make_folders(plan: Plan, folders: Iterable[Path]) -> Iterator[Path]:
    """Make folders, and all missing folders above them, with the rights of the folder around each. Yield each one."""
    for needed in folders:
        missing = [folder for folder in (needed, *needed.parents) if not os.path.lexists(folder)]
        for folder in reversed(missing):
            beside = plan.folder_beside(folder)
            with suppress(FileExistsError):
                beside.mkdir()
            _give_rights_of(folder.parent, beside, folder)
            beside.rename(folder)
            durable.sync_folder(folder.parent)
            yield folder


def _give_rights_of(model: Path, beside: Path, folder: Path) -> None:
    """Give a new folder the rights of another one, ACLs and labels included."""
    descriptor = os.open(beside, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        lost = give_rights(descriptor, rights_like(rights_of(model, model.stat(), access_only=True)))
    finally:
        os.close(descriptor)
    if lost:
        raise not_kept(folder, lost)


def _write_beside(state: StateFolder, plan: Plan, name: str, entry: ManifestEntry) -> None:
    beside = plan.beside(name)
    if entry.link is not None and _links_to(beside, entry):
        return
    content = kept(state.objects, entry.sha256)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if lost := give_rights(descriptor, entry.rights):
            raise not_kept(plan.live.path(name), lost)


def _links_to(beside: Path, entry: ManifestEntry) -> bool:
    """Put the old link. Return false if the file behind it has changed, so that a file must be put instead."""
    beside.symlink_to(entry.link or "")
    with suppress(NotReadable):
        found = entry_at(beside, entry.kind)
        if found is not None and found.alike(entry):
            return True
    beside.unlink()
    return False


def _link_beside(plan: Plan, side: TreeSide) -> None:
    """Make the links of this side beside their places, unless they are in place already.

    The files behind a staged link are synced first, because the program that made them may not have done so.
    """
    for link in plan.links:
        if side is TreeSide.NEW and not plan.in_place:
            _sync_tree(plan, link)
        text = link.before if side is TreeSide.OLD else link.after
        if link_text(link.path) != text:
            plan.link_beside(link.path).symlink_to(text)


def _sync_tree(plan: Plan, link: LinkChange) -> None:
    root = link.path.parent / link.after
    names = [PurePath(name) for name in plan.new.kept if not name.startswith("/")]
    durable.sync_files(root / name for name in names)
    for folder in {folder for name in names for folder in name.parents}:
        durable.sync_folder(root / folder)
    durable.sync_folder(root.parent)
