"""The obstacles to a switch, found before anything is changed."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.reload.trees.manifest import ManifestEntry
from gonogo.reload.trees.rights import Rights, lost_in
from gonogo.reload.trees.tree import READ_AS_TEXT, FileKind, Named, Tree, files_of

Puts = Mapping[str, ManifestEntry | None]
"""The new file for each name, or ``None`` for no file."""


def hindrances(live: Tree, puts: Puts) -> Iterator[str]:
    """List what prevents the files from being put: folders, rights, room. Each is a clause."""
    yield from _folders(live, puts)
    yield from _bound(live, puts)
    yield from _rights(live, puts)
    yield from _room(live, puts)


def secrets_differ(live: Tree, staged: Tree, names: Iterable[Named]) -> Iterator[str]:
    """List the secrets of a staged tree that are not in the live folder yet. Secrets are never copied."""
    for one in names:
        if one.kind is FileKind.REFERENCE and not one.name.startswith("/") and os.path.lexists(staged.path(one.name)):
            try:
                differ = read_regular(staged.path(one.name))[0] != read_regular(live.path(one.name))[0]
            except NotReadable as error:
                yield f"{one.name}: the secret cannot be compared with the live one: {error}; place it there first"
            else:
                if differ:
                    yield f"{one.name}: secrets are not copied; place the new one in the live tree first"


def left_behind(live: Tree, staged: Tree, names: Iterable[Named]) -> Iterator[str]:
    """List what the server would lose once the link of the whole tree leads to another folder, and check that link."""
    for one in names:
        place = staged.path(one.name)
        if one.name.startswith("/") or one.kind in READ_AS_TEXT:
            continue
        if one.is_glob and files_of(live, (one,)) and not files_of(staged, (one,)):
            yield f"{one.name} matches files in {live.root}, and none in {staged.root}: the server would lose them"
        elif not one.is_glob and not place.exists():
            yield f"{place} does not exist, and the server would read it through the link; put the file there first"
    if not os.access(live.root.parent, os.W_OK | os.X_OK, effective_ids=True):
        yield f"{live.root.parent}, which has the link, cannot be written"


def links_replaced(live: Tree, puts: Mapping[str, tuple[ManifestEntry | None, ManifestEntry | None]]) -> Iterator[str]:
    """List the links to single files that a new file would replace, given the old and the new entries."""
    for name, (before, after) in puts.items():
        if before is not None and after is not None and before.link is not None:
            yield (
                f"{live.path(name)} is a link to {before.link}: a file in its place would not change the file behind "
                "the link (write the new text to that file, and reload in place; or replace the link by a file)"
            )


def innermost(folder: Path) -> Path:
    """Return the innermost existing part of a path."""
    while not os.path.lexists(folder):
        folder = folder.parent
    return folder


def _folders(live: Tree, puts: Puts) -> Iterator[str]:
    for name in puts:
        folder = innermost(live.path(name).parent)
        if not folder.is_dir():
            yield f"{name}: {folder} is not a folder"
        elif not _is_open(folder):
            yield f"{folder} cannot be written"


def _bound(live: Tree, puts: Puts) -> Iterator[str]:
    """List the files that cannot be replaced although their folders are writable."""
    paths = [live.path(name) for name in puts]
    folders = dict.fromkeys(innermost(path.parent) for path in paths)
    mounts, user = mount_points(), os.geteuid()
    yield from filter(None, (*map(bound_folder, folders), *(bound_file(path, mounts, user) for path in paths)))


def _is_open(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK, effective_ids=True)


def _rights(live: Tree, puts: Puts) -> Iterator[str]:
    """Try each folder with the rights of its new files. The rights of a link do not count."""
    tried: dict[tuple[Path, Rights], str] = {}
    for name, entry in puts.items():
        folder = innermost(live.path(name).parent)
        if entry is None or entry.link is not None or not _is_open(folder):
            continue
        if (lost := tried.get((folder, entry.rights))) is None:
            lost = tried[folder, entry.rights] = lost_in(folder, entry.rights)
        if lost:
            yield f"{name} would lose {lost}: run this as its owner or as root, on a file system that keeps such rights"


def _room(live: Tree, puts: Puts) -> Iterator[str]:
    needed: dict[int, int] = {}
    folders: dict[int, Path] = {}
    for name, entry in puts.items():
        folder = innermost(live.path(name).parent)
        disk = folder.stat().st_dev
        folders.setdefault(disk, folder)
        needed[disk] = needed.get(disk, 0) + (entry.size if entry else 0)
    for disk, folder in folders.items():
        room = os.statvfs(folder)
        if needed[disk] > room.f_bavail * room.f_frsize:
            yield f"the disk of {folder} has no room for {needed[disk]} bytes"


_READ_FLAGS = 0x80000000 | struct.calcsize("l") << 16 | 0x6601
_IMMUTABLE = 0x10
_APPEND_ONLY = 0x20
_MOUNTS = Path("/proc/self/mountinfo")
_AT = 4
"""The index of the mount point among the fields of a line (``proc(5)`` counts from 1)."""
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def bound_folder(folder: Path) -> str:
    """Return a clause that says why no file of a folder can be replaced, or an empty text."""
    if flag := _flag(folder):
        return f"{folder} is {flag[0]}: no file in it can be replaced (chattr -{flag[1]} {folder})"
    return ""


def bound_file(path: Path, mounts: frozenset[bytes], user: int) -> str:
    """Return a clause that says why this user cannot replace a file, or an empty text."""
    try:
        status, folder = path.lstat(), path.parent.stat()
    except OSError:
        return ""  # there is no file to replace
    if os.fsencode(path.parent.resolve() / path.name) in mounts:
        return f"{path} is mounted by itself and cannot be replaced (mount its folder instead, or reload in place)"
    if flag := _flag(path):
        return f"{path} is {flag[0]} and cannot be replaced (chattr -{flag[1]} {path})"
    if folder.st_mode & stat.S_ISVTX and user not in {0, status.st_uid, folder.st_uid}:
        return f"{path} belongs to another user, and so does its folder, which is sticky (run this as its owner)"
    return ""


def mount_points() -> frozenset[bytes]:
    """Return the mount points of this process, or none if the kernel does not show them."""
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return frozenset()
    return frozenset(_ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), line.split()[_AT]) for line in lines)


def _flag(path: Path) -> tuple[str, str] | None:
    """Return the flag that forbids a change and its letter; None if there is none or the file system has no flags."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return None  # a link has no flags; another check reports a file that cannot be read
    try:
        (flags,) = struct.unpack("l", fcntl.ioctl(descriptor, _READ_FLAGS, struct.pack("l", 0)))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if flags & _IMMUTABLE:
        return "immutable", "i"
    return ("append-only", "a") if flags & _APPEND_ONLY else None
