"""A folder in memory for the databases that promtool makes for each test and removes again.

Written to a disk they cost a tenth of the time of a run. They are small: 0.2 MB at most
at any moment, measured over 87 files of real tests. Memory is used only where there is
far more of it than that: not in a container, whose ``/dev/shm`` has 64 MB, and not
where ``TMPDIR`` is set, for then somebody chose. It is a convenience: whatever is wrong with
it, there is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.environment import variable

SHARED = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name of its own and is the user's alone
"""Where Linux keeps files in memory."""

ROOM = 1 << 30
"""Bytes that must be free in it."""


@contextmanager
def memory_folder() -> Iterator[Path | None]:
    """Make a folder in memory for the time of the block; ``None`` where there is not plenty of room for it."""
    with ExitStack() as held:
        folder = None
        if variable("TMPDIR") is None and _free(SHARED) >= ROOM:
            with suppress(OSError):
                made = TemporaryDirectory(prefix="gonogo-", dir=SHARED, ignore_cleanup_errors=True)
                folder = Path(held.enter_context(made))
        yield folder


def _free(place: Path) -> int:
    """Tell how many bytes are free for this user; 0 where that cannot be told."""
    try:
        told = os.statvfs(place)
    except OSError:
        return 0
    return told.f_bavail * told.f_frsize
