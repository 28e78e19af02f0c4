"""The last good copies: the last trees that a server was proved to have loaded, kept for a rollback.

Files are stored by the hash of their bytes, so a tree with one new file adds only one file. Secrets are never stored:
gonogo records only their path, size and time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct, field, to_builtins

from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.reload.trees.manifest import Manifest, as_json, from_json, snapshot
from gonogo.reload.trees.state_folder import StateFolder, keep, kept, read_note, write_note
from gonogo.reload.trees.switch_trouble import refused
from gonogo.reload.trees.tree import Tree
from gonogo.server.server_state import Vitals

MOST_KEPT = 3
NOTHING: Mapping[str, str] = MappingProxyType({})
_SCHEMA = "gonogo/good-tree/v2"


class Load(Struct, frozen=True):
    """The time at which a server loaded a tree, by its own metrics. The start of its process identifies the process."""

    born: float
    success_at: float

    @classmethod
    def of(cls, vitals: Vitals) -> Load:
        """Return the last load of a server."""
        return cls(vitals.born, vitals.metrics.success_at)


class GoodTree(Struct, frozen=True):
    """A tree that was loaded and verified.

    Attributes:
        number: the number of the copy. It rises by one with each kept tree.
        kept_at: the time of the copy in unix seconds.
        manifest: the files of the tree.
        loaded: the load that was verified. ``None`` if that is not known.
        unlinked: the files that a rollback put where links were, with the targets of the links.
        read_from: the configuration's path where the server runs, once the server was seen to read this tree there.
    """

    number: int
    kept_at: float
    manifest: Manifest
    loaded: Load | None = None
    unlinked: Mapping[str, str] = field(default_factory=dict)
    read_from: str = ""


def keep_good(
    state: StateFolder,
    tree: Tree,
    seen: Manifest | None = None,
    loaded: Load | None = None,
    unlinked: Mapping[str, str] = NOTHING,
    read_from: str = "",
) -> GoodTree:
    """Keep a tree that has just been verified. The caller holds the server's lock.

    A tree with the same bytes, modes and owners as the last one is not kept twice. Only its load is recorded again. If
    the tree has other files than ``seen`` by now, nothing is kept. ``unlinked`` are the files that were just put where
    links were, with the targets of the links. ``read_from`` is the path where the server was seen to read this tree.
    Earlier ones of both stay known.

    Raises:
        ActionFailed: the tree cannot be read, has changed, or cannot be kept. The earlier copies are unchanged.
    """
    manifest = snapshot(tree) if seen is None else seen
    last = newest(state)
    gone = {**_still_unlinked(last, manifest), **unlinked}
    read_from = read_from or (last.read_from if last is not None else "")
    again = last is not None and (last.manifest, last.unlinked, last.read_from) == (manifest, gone, read_from)
    if last is not None and again and loaded in {None, last.loaded}:
        return last
    number = 1 if last is None else last.number + (not again)
    good = GoodTree(number, time.time(), manifest, loaded, gone, read_from)
    path = state.good / f"{good.number:08}.json"
    try:
        state.make()
        keep(state.objects, ((tree.path(name), entry.sha256) for name, entry in manifest.kept.items()))
        note = {"kept_at": good.kept_at, "manifest": as_json(manifest), "loaded": loaded and to_builtins(loaded)}
        write_note(path, _SCHEMA, {**note, "unlinked": gone, "read_from": read_from}, state.largest_note)
    except OSError as error:
        raise refused("the verified tree cannot be kept", path, error) from error
    for old in sorted(state.good.glob("*.json"))[:-MOST_KEPT]:
        with suppress(OSError):
            old.unlink()
    return good


def good_tree(state: StateFolder, live: Tree) -> GoodTree | None:
    """Return the last good copy of this server and live folder, with each of its files checked.

    ``None`` if there is no copy, or only copies of another folder or configuration.

    Raises:
        ActionFailed: the copy is damaged. An older one would not be the last good copy.
    """
    good = newest(state)
    if good is None or (good.manifest.home, good.manifest.config) != (str(live.home), live.config):
        return None
    for entry in good.manifest.kept.values():
        kept(state.objects, entry.sha256)
    return good


def newest(state: StateFolder) -> GoodTree | None:
    """Return the last good copy without a check of its bytes.

    Raises:
        ActionFailed: the note of the copy cannot be read.
    """
    paths = sorted(state.good.glob("*.json"))
    return _read(paths[-1]) if paths else None


def hashes_of_good(state: StateFolder) -> Iterator[str]:
    """Yield the hashes of all files of all good copies.

    Raises:
        ActionFailed: as for ``newest``.
    """
    for path in sorted(state.good.glob("*.json")):
        yield from _read(path).manifest.contents.values()


def _still_unlinked(last: GoodTree | None, now: Manifest) -> dict[str, str]:
    """Find the files that are still where links were. A file that was written anew counts as intended."""
    if last is None:
        return {}
    was, kept_now = last.manifest.kept, now.kept
    still = (name for name in last.unlinked if name in kept_now and kept_now[name].link is None)
    return {name: last.unlinked[name] for name in still if kept_now[name].sha256 == was[name].sha256}


def _read(path: Path) -> GoodTree:
    try:
        value = read_note(path, _SCHEMA)
        loaded = value.get("loaded")
        load = None if loaded is None else Load(float(loaded["born"]), float(loaded["success_at"]))
        unlinked = {str(name): str(text) for name, text in value["unlinked"].items()}
        manifest, read_from = from_json(value["manifest"]), str(value["read_from"])
        return GoodTree(int(path.stem), float(value["kept_at"]), manifest, load, unlinked, read_from)
    except (NotReadable, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionFailed(
            "the note of the last good copy cannot be read",
            where=str(path),
            why=str(error),
            next_step="remove the file: then no rollback is possible until the next verified reload",
        ) from error
