"""Says what a failed write means to the person who has to mend it."""

from __future__ import annotations

import errno
from pathlib import Path

from gonogo.errors import ActionFailed

_NEXT_STEPS = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room in the user's quota",
    errno.EFBIG: "raise the limit on the size of files that this process has (ulimit -f)",
    errno.EACCES: "let the user who beats write to that folder",
    errno.EPERM: "let the user who beats write to that folder",
    errno.EROFS: "mount it writable, or write somewhere else",
    errno.ENOENT: "make the folder; it has to be the one that node_exporter reads",
    errno.ENOTDIR: "name a folder; one part of that path is a file",
    errno.EISDIR: "take away the folder that stands in the file's place",
    errno.EINVAL: "take away what stands in the file's place",
    errno.EMFILE: "raise the limit on open files that this process has (ulimit -n)",
    errno.ENFILE: "raise the limit on open files that this machine has (sysctl fs.file-max)",
}


def write_failed(what: str, path: Path, error: OSError) -> ActionFailed:
    """Make the error of a file that could not be written; what stood there before still stands."""
    return ActionFailed(
        what,
        where=str(path),
        why=error.strerror or str(error),
        next_step=_NEXT_STEPS.get(error.errno or 0, "see that the disk is sound"),
    )
