"""The reasons why a file cannot be replaced or removed although its folder is writable.

A rename would fail for each of them too, but only after other files have been renamed.
Source: ``rename(2)``, ``ioctl_iflags(2)``, ``proc(5)``.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import struct
from pathlib import Path

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
    """Return a clause that says why a file cannot be replaced, or an empty text.

    Args:
        path: the file.
        mounts: the mount points (``mount_points``).
        user: the user who replaces the file.
    """
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
