"""The rights of a file: its mode, its owner, its group and its extended attributes.

POSIX ACLs (``system.posix_acl_access``) and SELinux labels (``security.selinux``) are extended attributes. A file that
takes the place of another one needs all of them: a server may read its files by an ACL alone.
Source: ``xattr(7)``, ``acl(5)``, ``chown(2)`` (a change of owner clears capabilities, so it comes first).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from msgspec import Struct

from gonogo.errors import cause_of

_BOUND = frozenset({"security.ima", "security.evm"})
"""Attributes that the kernel computes from the bytes or the inode of one file. The kernel writes them itself."""

_DATA = ("user.", "trusted.")
"""Attributes with these prefixes describe one file's own content. They decide nothing about access."""

_NO_ATTRIBUTES = frozenset({errno.ENOTSUP, errno.ENOSYS})


class Rights(Struct, frozen=True):
    """The rights of one file. The extended attributes are sorted by name, and their values are in hex."""

    mode: int
    uid: int
    gid: int
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def access(self) -> Rights:
        """Return the rights without the attributes that decide nothing about access."""
        kept = tuple(one for one in self.attributes if not one[0].startswith(_DATA))
        return Rights(self.mode, self.uid, self.gid, kept)


def rights_of(place: Path | int, status: os.stat_result, *, access_only: bool = False) -> Rights:
    """Read the rights of a file, through links, by its path or an open descriptor.

    ``access_only`` leaves out the attributes that decide nothing about access. The other attributes can be read without
    the right to read the file.

    Raises:
        OSError: an attribute cannot be read.
    """
    attributes = tuple(_attributes(place, access_only=access_only))
    return Rights(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, attributes)


def rights_from_json(value: Mapping[str, Any]) -> Rights:
    """Read rights as ``msgspec.to_builtins`` wrote them.

    Raises:
        ValueError: the rights are damaged. ``KeyError`` and ``TypeError`` mean the same.
    """
    attributes = tuple((str(name), bytes.fromhex(text).hex()) for name, text in value["attributes"])
    return Rights(int(value["mode"]), int(value["uid"]), int(value["gid"]), attributes)


def rights_like(model: Rights) -> Rights:
    """Return the rights of a new file that must be as accessible as ``model``.

    Only root can give files to other owners. A new file of another user belongs to that user, and to the model's group
    if the user is a member.
    """
    if os.geteuid() == 0:
        return model.access
    is_member = model.gid == os.getegid() or model.gid in os.getgroups()
    return Rights(model.mode, os.geteuid(), model.gid if is_member else os.getegid(), model.access.attributes)


def give_rights(descriptor: int, rights: Rights) -> str:
    """Give an open file these rights, then read them again.

    Return a clause that names the first right that the file does not have afterwards, or an empty text.
    """
    now = os.fstat(descriptor)
    wanted = f"the owner {rights.uid} and the group {rights.gid}"
    try:
        if (now.st_uid, now.st_gid) != (rights.uid, rights.gid):
            os.fchown(descriptor, rights.uid, rights.gid)
        has, shall = dict(_attributes(descriptor)), dict(rights.attributes)
        for name in sorted(has.keys() | shall.keys()):
            wanted = f"the attribute {name}"
            if name not in shall:
                os.removexattr(descriptor, name)
            elif has.get(name) != shall[name]:
                os.setxattr(descriptor, name, bytes.fromhex(shall[name]))
        wanted = f"the mode {rights.mode:04o}"
        os.fchmod(descriptor, rights.mode)
        found = rights_of(descriptor, os.fstat(descriptor))
    except OSError as error:
        return f"{wanted} ({cause_of(error)})"
    return "" if found == rights else f"{_first_difference(rights, found)} (the file system does not keep it)"


def lost_in(folder: Path, rights: Rights) -> str:
    """Try to give these rights to a file in a folder. Return the clause of ``give_rights``.

    The trial is a file without a name if the file system has such files. No program sees it, and a kill leaves nothing.
    """
    try:
        with TemporaryFile(dir=folder, buffering=0) as trial:
            return give_rights(trial.fileno(), rights)
    except OSError as error:
        return f"everything, as no file can be made there ({cause_of(error)})"


def _attributes(place: Path | int, *, access_only: bool = False) -> Iterator[tuple[str, str]]:
    try:
        names = os.listxattr(place)
    except OSError as error:
        if error.errno in _NO_ATTRIBUTES:
            return
        raise
    for name in sorted(set(names) - _BOUND):
        if access_only and name.startswith(_DATA):
            continue
        yield name, os.getxattr(place, name).hex()


def _first_difference(wanted: Rights, found: Rights) -> str:
    if (wanted.uid, wanted.gid) != (found.uid, found.gid):
        return f"the owner {wanted.uid} and the group {wanted.gid}"
    if wanted.mode != found.mode:
        return f"the mode {wanted.mode:04o}"
    names = {name for name, _ in set(wanted.attributes) ^ set(found.attributes)}
    return f"the attribute {min(names)}"
