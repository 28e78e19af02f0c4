"""Manifests: the files of a tree with their hashes and rights, compared later and stored as JSON."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field, to_builtins

from gonogo.disk.regular_file import NotReadable, read_regular, status_of
from gonogo.errors import cause_of
from gonogo.reload.trees.rights import Rights, rights_from_json, rights_of
from gonogo.reload.trees.switch_trouble import Unfit, words
from gonogo.reload.trees.tree import (
    GLOBBED,
    KEPT,
    READ_AS_TEXT,
    FileKind,
    Named,
    Tree,
    files_of,
    kinds_of,
    names_of,
    walked,
)

LARGEST_TREE = 256 * 1024 * 1024
"""The largest total size of all files in bytes."""

MOST_FILES = 10_000


class ManifestEntry(Struct, frozen=True):
    """A file as it was read.

    Attributes:
        kind: the use of the file in the configuration.
        sha256: the hash of its bytes in hex. Empty for a reference, which is never read.
        size: the size in bytes.
        rights: mode, owner and attributes, of the file behind a link.
        link: the target of the symbolic link in its place. ``None`` for a file.
        changed_ns: the time of the last write of a reference. 0 for other files, which have a hash.
    """

    kind: FileKind
    sha256: str
    size: int
    rights: Rights
    link: str | None = None
    changed_ns: int = 0

    def alike(self, other: ManifestEntry) -> bool:
        """Return whether both have the same bytes and the same rights, also behind a link."""
        return self._read == other._read

    @property
    def _read(self) -> tuple[str, int, int, Rights]:
        return self.sha256, self.size, self.changed_ns, self.rights


class Manifest(Struct, frozen=True):
    """The files of a tree by name, and the target of each symbolic link on the way to a kept file by its path."""

    home: str
    config: str
    entries: Mapping[str, ManifestEntry]
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> dict[str, ManifestEntry]:
        """The files that a reload reads and a good tree keeps."""
        return {name: entry for name, entry in self.entries.items() if entry.kind in KEPT}

    @property
    def references(self) -> dict[str, ManifestEntry]:
        """Return the files that are never read. Only their size and time are known."""
        return {name: entry for name, entry in self.entries.items() if entry.kind is FileKind.REFERENCE}

    @property
    def contents(self) -> dict[str, str]:
        """Return the hashes of the kept files by name."""
        return {name: entry.sha256 for name, entry in self.kept.items()}


def snapshot(
    tree: Tree, names: Iterable[Named] | None = None, *, most_files: int = MOST_FILES, largest: int = LARGEST_TREE
) -> Manifest:
    """Read the manifest of a tree. The default of ``names`` is the names in the tree's own configuration.

    Raises:
        Unfit: a file is not a regular file (a folder, a pipe, a device, a socket), is a broken link, cannot be read, is
            too large, or is read both as text and as a secret. Or the configuration is missing, or there are too many
            files. All reasons are listed.
    """
    listed = names_of(tree) if names is None else tuple(names)
    found = files_of(tree, listed)
    reasons = [] if tree.config in found or names is not None else [f"{tree.config} is missing"]
    reasons += _secrets_in_text(tree, listed)
    if len(found) > most_files:
        raise Unfit("the tree is too large", tree.root, (f"{len(found)} files, at most {most_files} are allowed",))
    entries = {}
    for name in sorted(found):
        try:
            entries[name] = _entry(tree.path(name), found[name])
        except NotReadable as error:
            reasons.append(f"{name}: {error}")
    if sum(entry.size for entry in entries.values() if entry.kind in KEPT) > largest:
        reasons.append(f"its files are larger than {largest >> 20} MiB together")
    if reasons:
        raise Unfit("the tree cannot be read", tree.root, tuple(reasons))
    try:
        links = _links(tree, entries)
    except OSError as error:
        raise Unfit("the tree cannot be read", tree.root, (words(error),)) from error
    return Manifest(str(tree.home), tree.config, entries, links)


def entry_at(path: Path, kind: FileKind) -> ManifestEntry | None:
    """Read the entry of one file, or return ``None`` if there is none.

    Raises:
        NotReadable: the file cannot be read.
    """
    return _entry(path, kind) if os.path.lexists(path) else None


def content_differences(before: Manifest, now: Manifest) -> tuple[str, ...]:
    """Return the differences that a reload would read: only bytes, without references and targets.

    An additional file counts only if a glob finds it: a staged folder need not have a certificate.
    """
    was = before.contents
    found = {name: entry.sha256 for name, entry in now.kept.items() if name in was or entry.kind in GLOBBED}
    names = (name for name in sorted(was.keys() | found.keys()) if was.get(name) != found.get(name))
    return tuple(
        f"{name} {'was not there' if name not in was else 'has other bytes' if name in found else 'is missing'}"
        for name in names
    )


def as_json(manifest: Manifest) -> dict[str, object]:
    """Return a manifest as a JSON object."""
    entries = {name: to_builtins(entry) for name, entry in manifest.entries.items()}
    return {"home": manifest.home, "config": manifest.config, "entries": entries, "links": dict(manifest.links)}


def from_json(value: Mapping[str, Any]) -> Manifest:
    """Read the output of ``as_json``.

    Raises:
        ValueError: the value is not a manifest. ``KeyError``, ``TypeError`` and ``AttributeError`` mean the same.
    """
    entries = {str(name): entry_from_json(entry) for name, entry in value["entries"].items()}
    links = {str(place): str(text) for place, text in value["links"].items()}
    return Manifest(str(value["home"]), str(value["config"]), entries, links)


def entry_from_json(value: Mapping[str, Any]) -> ManifestEntry:
    """Read one entry. Raises the errors of ``from_json``."""
    link = value["link"]
    return ManifestEntry(
        FileKind(value["kind"]),
        str(value["sha256"]),
        int(value["size"]),
        rights_from_json(value["rights"]),
        None if link is None else str(link),
        int(value["changed_ns"]),
    )


def _secrets_in_text(tree: Tree, names: Iterable[Named]) -> Iterator[str]:
    for name, kinds in sorted(kinds_of(tree, names).items()):
        if FileKind.REFERENCE in kinds and kinds & READ_AS_TEXT:
            yield f"{name}: the configuration names it as a secret too, and secrets are never stored"


def _entry(path: Path, kind: FileKind) -> ManifestEntry:
    link = str(path.readlink()) if path.is_symlink() else None
    if kind is FileKind.REFERENCE:
        status = status_of(path)
        rights = _rights(path, status, access_only=True)
        return ManifestEntry(kind, "", status.st_size, rights, link, status.st_mtime_ns)
    content, status = read_regular(path)
    return ManifestEntry(kind, hashlib.sha256(content).hexdigest(), len(content), _rights(path, status), link)


def _rights(path: Path, status: os.stat_result, *, access_only: bool = False) -> Rights:
    try:
        return rights_of(path, status, access_only=access_only)
    except OSError as error:
        raise NotReadable(f"its attributes cannot be read: {cause_of(error)}") from error


def _links(tree: Tree, entries: Mapping[str, ManifestEntry]) -> dict[str, str]:
    """Find the links on the way to kept files; files of one folder share their way."""
    kept = {tree.path(name): entry for name, entry in entries.items() if entry.kind in KEPT}
    ways = {path.parent for path in kept} | {path for path, entry in kept.items() if entry.link is not None}
    links: dict[str, str] = {}
    for way in sorted(ways):
        links |= walked(way)[1]
    return links
