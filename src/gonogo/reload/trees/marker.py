"""The plan of a switch, and the marker: the file in which the plan is kept until the switch has ended.

The marker is written and synced before the first file changes. It has the old and the new state of every file. So any
later process can see from the disk alone how far the switch came, and go to either tree from there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field, to_builtins

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.model.replacing import replace
from gonogo.reload.trees.manifest import Manifest, ManifestEntry, as_json, entry_from_json, from_json
from gonogo.reload.trees.state_folder import StateFolder, read_note, write_note
from gonogo.reload.trees.tree import LinkChange, Tree

_SCHEMA = "gonogo/switch/v2"


class TreeChange(Struct, frozen=True):
    """A file that the switch puts or removes. ``None`` means no file."""

    name: str
    before: ManifestEntry | None
    after: ManifestEntry | None


class Plan(Struct, frozen=True):
    """The plan of a whole switch.

    Attributes:
        live: the live folder.
        old: the files before the switch. In place: the last good copy.
        new: the files after the switch.
        changes: the files that differ, in the order of the switch, without the effect of the links.
        links: the symbolic links to turn.
        folders: the folders to make, the outer ones first.
        in_place: whether a user or a program had changed the files before the reload.
        source: the tree with the bytes of the new files. ``None`` if the bytes are kept already.
        token: the part of the names of the temporary files.
    """

    live: Tree
    old: Manifest
    new: Manifest
    changes: tuple[TreeChange, ...]
    links: tuple[LinkChange, ...] = ()
    folders: tuple[str, ...] = ()
    in_place: bool = False
    source: Tree | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(4))

    def beside(self, name: str) -> Path:
        """Return the place of the temporary copy of a file: in its folder, with a name that no usual glob matches."""
        return self.live.path(name).parent / f".gonogo-{self.token}-{_identity(name)}"

    def link_beside(self, link: Path) -> Path:
        """Return the place of the new link before it is turned."""
        return link.parent / f".gonogo-{self.token}-link-{_identity(str(link))}"

    def folder_beside(self, folder: Path) -> Path:
        """Return the place of a new folder before it has its name."""
        return folder.parent / f".gonogo-{self.token}-folder"


def write_marker(state: StateFolder, plan: Plan) -> None:
    """Write the marker of a switch that begins. When this function returns, the marker survives a power cut.

    Raises:
        OSError: the marker cannot be written.
        Refused: the marker would be too large.
    """
    note = {
        "token": plan.token,
        "began_at": time.time(),
        "pid": os.getpid(),
        "root": str(plan.live.root),
        "old": as_json(plan.old),
        "new": as_json(plan.new),
        "changes": [to_builtins(change) for change in plan.changes],
        "links": [{"path": str(one.path), "before": one.before, "after": one.after} for one in plan.links],
        "folders": plan.folders,
        "in_place": plan.in_place,
    }
    write_note(state.marker, _SCHEMA, note, state.largest_note)


def pending(state: StateFolder) -> Plan | None:
    """Return the plan of a server's switch that has not ended, or ``None``.

    Raises:
        ActionFailed: the marker cannot be read.
    """
    if not os.path.lexists(state.marker):
        return None
    try:
        return _from_json(read_note(state.marker, _SCHEMA))
    except (NotReadable, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionFailed(
            "a switch has not ended, and its marker cannot be read",
            where=str(state.marker),
            why=str(error),
            next_step=f"compare the live folder with the files in {state.objects}, then remove the marker",
        ) from error


def remove_marker(state: StateFolder) -> None:
    """Remove the marker, so that its removal survives a power cut. Raises ``OSError``."""
    state.marker.unlink(missing_ok=True)
    durable.sync_folder(state.folder)


def state_in_force(state: StateFolder, live: Tree) -> StateFolder:
    """Return the state folder for a reload of this tree: its own, or the folder with an unfinished switch of the tree.

    A marker is stored by server, and a server may have several names: an address, a name in the DNS, a name behind a
    proxy. The live folder is the same under all of them.

    Raises:
        ActionFailed: a marker cannot be read, so that its tree is not known.
    """
    if os.path.lexists(state.marker):
        return state
    states = state.folder.parent
    for folder in sorted(path for path in states.iterdir() if path.is_dir()) if states.is_dir() else ():
        plan = pending(other := replace(state, folder=folder))
        if plan is not None and (_place(plan.live), plan.live.config) == (_place(live), live.config):
            return other
    return state


def _identity(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:16]


def _place(tree: Tree) -> Path:
    """Return the place of a tree, not its contents: a link that was turned is still the same tree."""
    return tree.root.parent.resolve() / tree.root.name if tree.root.is_symlink() else tree.root.resolve()


def _from_json(value: Mapping[str, Any]) -> Plan:
    old = from_json(value["old"])
    return Plan(
        live=Tree(Path(value["root"]), Path(old.home), old.config),
        old=old,
        new=from_json(value["new"]),
        changes=tuple(TreeChange(one["name"], _entry(one["before"]), _entry(one["after"])) for one in value["changes"]),
        links=tuple(LinkChange(Path(one["path"]), one["before"], one["after"]) for one in value["links"]),
        folders=tuple(value["folders"]),
        in_place=bool(value["in_place"]),
        token=str(value["token"]),
    )


def _entry(value: Mapping[str, Any] | None) -> ManifestEntry | None:
    return None if value is None else entry_from_json(value)
