"""The errors of a switch, each with the state in which it leaves the files."""

from __future__ import annotations

import errno
from pathlib import Path

from gonogo.errors import ActionFailed, cause_of

_NEXT_STEPS = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room in the user's quota",
    errno.EFBIG: "raise the limit on the size of files that this process has (ulimit -f)",
    errno.EACCES: "run it as a user who may write there",
    errno.EPERM: "run it as the owner of the configuration, or as root: files keep their owner, mode and attributes",
    errno.EROFS: "mount it writable, or reload where the files are written",
    errno.ENOTDIR: "one part of that path is a file; remove that file",
    errno.EISDIR: "remove the folder at the path of the file",
    errno.EBUSY: "a file that is mounted by itself cannot be replaced; mount its folder",
    errno.ENAMETOOLONG: "shorten the name",
}


_FIX = "nothing was changed; fix these problems"


class Unfit(ActionFailed):
    """A tree that cannot be used, with every reason. Nothing was changed."""

    def __init__(self, what: str, where: Path, reasons: tuple[str, ...]) -> None:
        super().__init__(what, where=str(where), why="; ".join(reasons), next_step=_FIX)
        self.reasons = reasons


class NoWayBack(Unfit):
    """A tree that could be loaded but not rolled back, with every reason. Nothing was changed."""

    def __init__(self, where: Path, reasons: tuple[str, ...]) -> None:
        super().__init__("the tree could not be switched back", where, reasons)
        self.next_step = f"{_FIX}, or use --without-rollback"


class Refused(ActionFailed):
    """A switch that failed before any file of the live folder was changed."""


class Strangers(Refused):
    """Files of another program in the tree that gonogo switches. They were not overwritten."""


class Undone(ActionFailed):
    """A switch that failed half way. The old tree was put back whole and verified."""


class Stuck(ActionFailed):
    """A switch that failed and could not be undone. The marker exists. The live folder may have files of both trees."""


def refused(what: str, where: Path, error: OSError) -> Refused:
    """Return the error of a step that failed before anything was changed."""
    place = str(error.filename or where)
    return Refused(what, where=place, why=words(error), next_step=f"nothing was changed; {next_of(error)}")


def not_kept(path: Path, lost: str) -> ActionFailed:
    """Return the error for a file that would lose a right of the file that it replaces."""
    return ActionFailed(
        "a file would lose a right of the one that it replaces",
        where=str(path),
        why=f"it would lose {lost}",
        next_step="run it as the owner of the configuration, or as root, on a file system that keeps such rights",
    )


def words(error: OSError) -> str:
    """Return the operating system's text of an error."""
    return cause_of(error)


def next_of(error: OSError) -> str:
    """Return the next step for an error of the operating system."""
    return _NEXT_STEPS.get(error.errno or 0, "see that the disk is sound")
