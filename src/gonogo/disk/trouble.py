"""Turns a failed write into an error that says how to fix the cause."""

from __future__ import annotations

import errno
from pathlib import Path

from gonogo.errors import ActionFailed

_NEXT_STEPS = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room in the user's quota",
    errno.EFBIG: "raise the limit on the size of this process's files (ulimit -f)",
    errno.EACCES: "let the user who beats write to that folder",
    errno.EPERM: "let the user who beats write to that folder",
    errno.EROFS: "mount it writable, or write somewhere else",
    errno.ENOENT: "create the folder; it must be the folder that node_exporter reads",
    errno.ENOTDIR: "name a folder; one part of that path is a file",
    errno.EISDIR: "remove the folder that has the file's name",
    errno.EINVAL: "remove the pipe, device or socket that has the file's name",
    errno.EMFILE: "raise the limit on open files of this process (ulimit -n)",
    errno.ENFILE: "raise the limit on open files of this machine (sysctl fs.file-max)",
}


def write_failed(what: str, path: Path, error: OSError) -> ActionFailed:
    """Return the error for a file that could not be written. The old file is unchanged."""
    return ActionFailed(
        what,
        where=str(path),
        why=error.strerror or str(error),
        next_step=_NEXT_STEPS.get(error.errno or 0, "check the disk"),
    )
