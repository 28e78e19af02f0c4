"""Brings every file of a marker to one of its two sides, from whatever mixture is found.

Forward, back and recovery are the same walk: what is already right is left alone, all that
is missing is first written beside, and only when every byte is on the disk are files renamed.
So a full disk shows before anything changed, and a walk that was cut short is walked again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gonogo.actuators import durable
from gonogo.actuators.kept_bytes import kept
from gonogo.actuators.manifest import Entry, entry_at
from gonogo.actuators.recover_marker import Marker
from gonogo.actuators.regular_file import NotReadable
from gonogo.actuators.server_state import ServerState
from gonogo.actuators.switch_plan import Change, LinkChange
from gonogo.actuators.tree import Kind
from gonogo.errors import ActionFailed

Step = Callable[[str], object]
"""Is told the name of each step right after it was done."""


class Side(StrEnum):
    """One of the two trees of a switch."""

    OLD = "old"
    NEW = "new"


class Standing(StrEnum):
    """What stands on the disk: one of the trees, some of both, or files that are of neither."""

    OLD = "old"
    NEW = "new"
    MIXED = "mixed"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file that somebody else put where the switch works; ``why`` says what cannot be read there."""

    name: str
    found: Entry | None
    why: str = ""


def standing(marker: Marker) -> Standing:
    """Tell by its bytes which tree stands on the disk."""
    if foreign_files(marker):
        return Standing.FOREIGN
    if marker.link is not None:
        text = _link_text(marker.link.path)
        sides = {Side.OLD: text == marker.link.before, Side.NEW: text == marker.link.after}
        return Standing.OLD if sides[Side.OLD] else Standing.NEW if sides[Side.NEW] else Standing.FOREIGN
    found = [(change, _seen(marker, change)) for change in marker.changes]
    for side in (Side.NEW, Side.OLD):
        if all(_same_bytes(wanted(change, side), entry) for change, entry in found):
            return Standing(side)
    return Standing.MIXED


def foreign_files(marker: Marker) -> tuple[Foreign, ...]:
    """List the files that are neither what was nor what shall be: somebody else wrote since.

    Targets are left out: other programs write them whenever they like.
    """
    found = []
    for change in marker.changes:
        try:
            entry = entry_at(marker.live.path(change.name), kind_of(change))
        except NotReadable as error:
            found.append(Foreign(change.name, None, str(error)))
            continue
        known = _same_bytes(change.before, entry) or _same_bytes(change.after, entry)
        if not known and kind_of(change) is not Kind.TARGETS:
            found.append(Foreign(change.name, entry))
    return tuple(found)


def bring(state: ServerState, marker: Marker, side: Side, at_step: Step) -> None:
    """Make the live tree the one of this side; files of neither are overwritten, targets excepted.

    Raises:
        OSError: a step failed; what was written beside was taken away, what was renamed stays.
        ActionFailed: bytes that are needed are not kept any more.
    """
    if marker.link is not None:
        _turn(marker, marker.link, side, at_step)
        return
    clear(marker)
    todo = [change for change in marker.changes if not is_there(marker, change, side)]
    puts = [(change, entry) for change in todo if (entry := wanted(change, side)) is not None]
    removals = [change for change in todo if wanted(change, side) is None]
    try:
        _make_folders(marker, puts, at_step)
        for change, entry in puts:
            _write_beside(state, marker.beside(change.name), entry)
            at_step(f"written {change.name}")
        for change, _ in puts:
            marker.beside(change.name).rename(marker.live.path(change.name))
            at_step(f"renamed {change.name}")
        for change in removals:
            marker.live.path(change.name).unlink(missing_ok=True)
            at_step(f"removed {change.name}")
        _sync(marker, todo, at_step)
    except (OSError, ActionFailed):
        clear(marker)
        raise
    if side is Side.OLD:
        _drop_folders(marker)


def is_there(marker: Marker, change: Change, side: Side) -> bool:
    """Tell whether a file stands as this side has it, mode and owner included."""
    try:
        found = entry_at(marker.live.path(change.name), kind_of(change))
    except NotReadable:
        return False
    known = _same_bytes(change.before, found) or _same_bytes(change.after, found)
    if not known and kind_of(change) is Kind.TARGETS:
        return True
    entry = wanted(change, side)
    return found is entry if found is None or entry is None else found.alike(entry)


def clear(marker: Marker) -> None:
    """Take away what a walk that was cut short wrote beside; what cannot be taken away stays."""
    for change in marker.changes:
        with suppress(OSError):
            marker.beside(change.name).unlink()
    for name in marker.folders:
        with suppress(OSError):
            _folder_beside(marker, marker.live.path(name)).rmdir()
    if marker.link is not None:
        with suppress(OSError):
            _link_beside(marker, marker.link.path).unlink()


def wanted(change: Change, side: Side) -> Entry | None:
    """Give what stands at a change on this side."""
    return change.before if side is Side.OLD else change.after


def kind_of(change: Change) -> Kind:
    """Give what the file is to the configuration, by the side that has it."""
    entry = change.after or change.before
    return Kind.RULES if entry is None else entry.kind


def _seen(marker: Marker, change: Change) -> Entry | None:
    return entry_at(marker.live.path(change.name), kind_of(change))


def _same_bytes(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.sha256 == other.sha256


def _link_text(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:
        return None


def _link_beside(marker: Marker, link: Path) -> Path:
    return link.parent / f".gonogo-{marker.token}-link"


def _turn(marker: Marker, link: LinkChange, side: Side, at_step: Step) -> None:
    text = link.before if side is Side.OLD else link.after
    clear(marker)
    if _link_text(link.path) == text:
        return
    beside = _link_beside(marker, link.path)
    try:
        beside.symlink_to(text)
        at_step("linked beside")
        beside.rename(link.path)
        at_step("turned the link")
    except OSError:
        clear(marker)
        raise
    durable.sync_folder(link.path.parent)
    at_step("synced the link")


def _make_folders(marker: Marker, puts: Iterable[tuple[Change, Entry]], at_step: Step) -> None:
    """Make the folders that files need, as open as the one they stand in; each is renamed into place whole."""
    for change, _ in puts:
        for folder in reversed(list(_missing(marker.live.path(change.name).parent))):
            model, beside = folder.parent.stat(), _folder_beside(marker, folder)
            with suppress(FileExistsError):
                beside.mkdir()
            if os.geteuid() == 0:
                os.chown(beside, model.st_uid, model.st_gid)
            beside.chmod(stat.S_IMODE(model.st_mode))
            beside.rename(folder)
            durable.sync_folder(folder.parent)
            at_step(f"made {folder.name}")


def _folder_beside(marker: Marker, folder: Path) -> Path:
    return folder.parent / f".gonogo-{marker.token}-folder"


def _missing(folder: Path) -> Iterator[Path]:
    while not os.path.lexists(folder):
        yield folder
        folder = folder.parent


def _drop_folders(marker: Marker) -> None:
    """Take the folders away that were made for the new tree, where nobody else put anything in."""
    for folder in reversed(marker.folders):
        with suppress(OSError):
            marker.live.path(folder).rmdir()


def _write_beside(state: ServerState, beside: Path, entry: Entry) -> None:
    if entry.link is not None and _links_to(beside, entry):
        return
    content = kept(state.objects, entry.sha256)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        now = os.fstat(descriptor)
        if (now.st_uid, now.st_gid) != (entry.uid, entry.gid):
            os.fchown(descriptor, entry.uid, entry.gid)
        os.fchmod(descriptor, entry.mode)
        os.fsync(descriptor)


def _links_to(beside: Path, entry: Entry) -> bool:
    """Put the link that stood there; not where what it leads to has changed: then a file with the old bytes is put."""
    beside.symlink_to(entry.link or "")
    try:
        found = entry_at(beside, entry.kind)
    except NotReadable:
        found = None
    if found is not None and found.sha256 == entry.sha256:
        return True
    beside.unlink()
    return False


def _sync(marker: Marker, changes: Iterable[Change], at_step: Step) -> None:
    for folder in dict.fromkeys(marker.live.path(change.name).parent for change in changes):
        if folder.is_dir():
            durable.sync_folder(folder)
            at_step(f"synced {folder.name}")
