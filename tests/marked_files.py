"""Extended attributes that tests give to files: an ACL for one user, and an attribute of the user's namespace."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

ACL = "system.posix_acl_access"
DEFAULT_ACL = "system.posix_acl_default"
OWN = "user.deployed"
READER = os.getuid()
"""The user whom the ACL lets read; one whom every namespace of ours knows."""

_ANYBODY = 0xFFFFFFFF
_USER, _NAMED, _GROUP, _MASK, _OTHER = 1, 2, 4, 16, 32


def acl(uid: int = READER, *, owner: int = 6, named: int = 4, other: int = 0) -> bytes:
    """Write an ACL in the format of the kernel: the owner, one named user, and others (``acl(5)``, version 2)."""
    entries = ((_USER, owner, _ANYBODY), (_NAMED, named, uid), (_GROUP, 0, _ANYBODY), (_MASK, named, _ANYBODY))
    packed = (struct.pack("<HHI", *entry) for entry in (*entries, (_OTHER, other, _ANYBODY)))
    return struct.pack("<I", 2) + b"".join(packed)


def mark(path: Path) -> bool:
    """Give a file both attributes. Return false if the file system has no attributes."""
    try:
        os.setxattr(path, ACL, acl())
        os.setxattr(path, OWN, path.name.encode())
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        return False
    return True


def attributes(path: Path) -> dict[str, bytes]:
    """Return the attributes of a file. Links are followed, and security labels of the system are left out."""
    names = (name for name in os.listxattr(path) if not name.startswith("security."))
    return {name: os.getxattr(path, name) for name in names}
