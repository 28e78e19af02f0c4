"""Files that are whole or not there: no reader, crash or full disk ever leaves or sees half a file.

The order is the known one: write beside, ``fsync`` the file, ``rename`` over the
old one, ``fsync`` the folder. Until the rename the old file is unchanged. After
the last step the new file survives a power cut.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.errors import ActionFailed, cause_of

SYNCED_AT_ONCE = 16
"""The number of files synced at the same time. 2,000 files take 0.2 s this way, and 1.4 to 2.5 s one after another."""

READABLE_BY_ALL = 0o644
"""The mode of a file that a collector reads as another user than the writer."""


def replace(path: Path, content: bytes, mode: int = READABLE_BY_ALL) -> None:
    """Write ``content`` to ``path`` in one step.

    The caller holds the lock of the folder. So a file that has the temporary name belongs
    to a dead writer, and is deleted. The temporary name ends in ``.new``, so no collector
    that matches by ending reads the file.

    Raises:
        OSError: the file could not be written. The old file is unchanged, unless only the
            last step failed, the ``fsync`` of the folder.
    """
    beside = path.with_name(f".{path.name.removeprefix('.')}.new")
    with suppress(FileNotFoundError):
        beside.unlink()
    try:
        _write(beside, content, mode)
        beside.rename(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    sync_folder(path.parent)


def read(path: Path, limit: int) -> bytes | None:
    """Return at most the first ``limit`` bytes of a file, or ``None`` if there is no file.

    Raises:
        OSError: the file exists but cannot be read, or is not a regular file.
    """
    try:
        return read_some(path, limit)[:limit]
    except FileNotFoundError:
        return None


def sync_files(paths: Iterable[Path]) -> None:
    """Make the bytes of files survive a power cut. Symbolic links are left out, because they have no bytes.

    Many files are synced at the same time: a journaling disk then writes one commit for all of them, not one for each.

    Raises:
        OSError: a file cannot be opened or synced.
    """
    files = [path for path in paths if not path.is_symlink()]
    if files:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a beat must not pay for the import

        with ThreadPoolExecutor(min(SYNCED_AT_ONCE, len(files))) as syncing:
            for synced in [syncing.submit(_sync_file, path) for path in files]:
                synced.result()


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the renames and removals in a folder survive a power cut.

    Raises:
        OSError: the folder cannot be opened or synced.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, mode)
        written = 0
        while written < len(content):
            written += os.write(descriptor, content[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        why=cause_of(error),
        next_step=_NEXT_STEPS.get(error.errno or 0, "check the disk"),
    )
