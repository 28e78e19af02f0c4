"""The marker of a switch that has not ended. It is written and synced before the first file changes.

The marker has the old and the new state of every file. So any later process can see from the disk alone how far the
switch came, and go to either tree from there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.reload.trees.manifest import Manifest, ManifestEntry, as_json, entry_from_json, from_json
from gonogo.reload.trees.state_folder import StateFolder, read_note, write_note
from gonogo.reload.trees.switch_plan import Plan, TreeChange
from gonogo.reload.trees.tree import LinkChange, Tree

_SCHEMA = "gonogo/switch/v2"


@dataclass(frozen=True, slots=True)
class Marker:
    """A switch that has not ended.

    Attributes:
        token: the part of the names of its temporary files.
        began_at: the start of the switch in unix seconds.
        pid: the process that began the switch.
        live: the live folder.
        old: the files before the switch. In place: the last good copy.
        new: the files after the switch.
        changes: the files that differ, in order. The old state is ``before``, the new one is ``after``.
        links: the symbolic links to turn.
        folders: the folders to make, the outer ones first.
        in_place: whether a user or a program had changed the files before the reload.
    """

    token: str
    began_at: float
    pid: int
    live: Tree
    old: Manifest
    new: Manifest
    changes: tuple[TreeChange, ...]
    links: tuple[LinkChange, ...]
    folders: tuple[str, ...]
    in_place: bool

    def beside(self, name: str) -> Path:
        """Return the path of a file's temporary copy: in the same folder, with a name that no usual glob matches."""
        identity = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
        return self.live.path(name).parent / f".gonogo-{self.token}-{identity}"


def marker_of(plan: Plan) -> Marker:
    """Return the marker of a plan that is about to be carried out."""
    return Marker(
        secrets.token_hex(4),
        time.time(),
        os.getpid(),
        plan.live,
        plan.old,
        plan.new,
        plan.changes,
        plan.links,
        plan.folders,
        plan.in_place,
    )


def write_marker(state: StateFolder, marker: Marker) -> None:
    """Write the marker. When this function returns, the marker survives a power cut.

    Raises:
        OSError: the marker cannot be written.
        Refused: the marker would be too large.
    """
    write_note(state.marker, _SCHEMA, _as_json(marker))


def pending(state: StateFolder) -> Marker | None:
    """Return the marker of a server's switch that has not ended, or ``None``.

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
    """Remove the marker, so that its removal survives a power cut.

    Raises:
        OSError: the marker cannot be removed.
    """
    state.marker.unlink(missing_ok=True)
    durable.sync_folder(state.folder)


def _as_json(marker: Marker) -> dict[str, object]:
    return {
        "token": marker.token,
        "began_at": marker.began_at,
        "pid": marker.pid,
        "root": str(marker.live.root),
        "old": as_json(marker.old),
        "new": as_json(marker.new),
        "changes": [asdict(change) for change in marker.changes],
        "links": [{"path": str(one.path), "before": one.before, "after": one.after} for one in marker.links],
        "folders": marker.folders,
        "in_place": marker.in_place,
    }


def _from_json(value: Mapping[str, Any]) -> Marker:
    old = from_json(value["old"])
    return Marker(
        str(value["token"]),
        float(value["began_at"]),
        int(value["pid"]),
        Tree(Path(value["root"]), Path(old.home), old.config),
        old,
        from_json(value["new"]),
        tuple(TreeChange(one["name"], _entry(one["before"]), _entry(one["after"])) for one in value["changes"]),
        tuple(LinkChange(Path(one["path"]), one["before"], one["after"]) for one in value["links"]),
        tuple(value["folders"]),
        bool(value["in_place"]),
    )


def _entry(value: Mapping[str, Any] | None) -> ManifestEntry | None:
    return None if value is None else entry_from_json(value)


def state_in_force(state: StateFolder, live: Tree) -> StateFolder:
    """Return the state folder for a reload of this tree: its own, or the folder with an unfinished switch of the tree.

    Args:
        state: the state folder of the server, by its current name.
        live: the tree that the server reads.

    Raises:
        ActionFailed: a marker cannot be read, so that its tree is not known.
    """
    if os.path.lexists(state.marker):
        return state
    for folder in sorted(_folders(state.folder.parent)):
        other = replace(state, folder=folder)
        marker = pending(other)
        if marker is not None and _is_same(marker.live, live):
            return other
    return state


def _folders(states: Path) -> list[Path]:
    return [path for path in states.iterdir() if path.is_dir()] if states.is_dir() else []


def _is_same(one: Tree, other: Tree) -> bool:
    """Compare the places of two trees, not their contents: a link that was turned is still the same tree."""
    return (_place(one), one.config) == (_place(other), other.config)


def _place(tree: Tree) -> Path:
    return tree.root.parent.resolve() / tree.root.name if tree.root.is_symlink() else tree.root.resolve()
