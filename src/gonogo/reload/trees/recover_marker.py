"""The marker of a switch that is not settled: written and synced before the first file changes.

It says of every file what was and what shall be, so whoever finds it can tell from the
disk alone how far the switch came, and go either way from there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.reload.trees.manifest import Manifest, ManifestEntry, as_json, entry_from_json, from_json
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.state_note import read_note, write_note
from gonogo.reload.trees.switch_plan import Plan, TreeChange
from gonogo.reload.trees.symlinks import LinkChange
from gonogo.reload.trees.tree import Tree

_SCHEMA = "gonogo/switch/v2"


@dataclass(frozen=True, slots=True)
class Marker:
    """An unsettled switch.

    Attributes:
        token: is in the names of its temporary files.
        began_at: when, in unix seconds.
        pid: the process that began it.
        live: the tree that changes.
        old: what stood in it, or in place: the last good tree.
        new: what shall stand in it.
        changes: the files that differ, in order; what was is ``before``, what shall be ``after``.
        links: the symbolic links that are turned.
        folders: those that are made, the outer ones first.
        in_place: whether the files were changed before, by somebody else.
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
        """Give the place of a file's temporary copy: in the same folder, by a name that no usual glob matches."""
        told_apart = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
        return self.live.path(name).parent / f".gonogo-{self.token}-{told_apart}"


def marker_of(plan: Plan) -> Marker:
    """Make the marker of a plan that is about to be carried out."""
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
    """Put the marker; when this returns, it survives a power cut.

    Raises:
        OSError: it cannot be written.
        Refused: it would be too large.
    """
    write_note(state.marker, _SCHEMA, _as_json(marker))


def pending(state: StateFolder) -> Marker | None:
    """Give the unsettled switch of a server, ``None`` where there is none.

    Raises:
        ActionFailed: the marker cannot be read.
    """
    if not os.path.lexists(state.marker):
        return None
    try:
        return _from_json(read_note(state.marker, _SCHEMA))
    except (NotReadable, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionFailed(
            "a switch was not settled, and its marker cannot be read",
            where=str(state.marker),
            why=str(error),
            next_step=f"compare the live tree with what is kept in {state.objects}, then take the marker away",
        ) from error


def remove_marker(state: StateFolder) -> None:
    """Take the marker away, for good.

    Raises:
        OSError: it cannot be taken away.
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
