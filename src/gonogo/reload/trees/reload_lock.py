"""The lock of reloads: one reload at a time for each server, across processes. A waiting process names the holder.

A reload holds two locks. The lock of the state folder belongs to one policy, and the holder writes its name into it.
Several policies, such as two checkouts of one policy, share the live folder: a server reads one configuration, so every
reload of the server switches this folder, with any spelling of the server's URL. So the live folder itself is locked
too. The kernel knows it by its inode, and the lock needs no file in it. For a linked tree, the folder of the link is
locked.

The kernel holds the lock (see ``lock``), so the lock always ends with its process. The text in the lock file is only a
message for the processes that wait.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from gonogo.disk import durable, lock
from gonogo.errors import Busy
from gonogo.reload.trees.state_folder import StateFolder
from gonogo.reload.trees.switch_trouble import refused
from gonogo.reload.trees.tree import Tree

_LONGEST_NOTE = 512


class Holder(Struct, frozen=True):
    """The process that took the lock last, its machine or container, and the time in UTC to the second."""

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} has been reloading since {self.since}"


@contextmanager
def hold_server(state: StateFolder, patience: float, live: Tree | None = None) -> Iterator[None]:
    """Hold the lock of one server's reloads, and wait ``patience`` seconds for its holder.

    The state folder is made if needed.

    Raises:
        Busy: another process held the lock all that time. The error names the process and its start.
        ActionFailed: the state folder cannot be written, or the live folder cannot be read.
    """
    shared = None if live is None else _shared(live)
    place = state.lock
    with ExitStack() as held:
        try:
            state.make()
            held.enter_context(lock.hold(place, patience))
            if shared is not None and shared.is_dir():
                place = shared
                held.enter_context(lock.hold(place, patience))
        except Busy as error:
            raise _busy(state, patience, error, place) from error
        except OSError as error:
            raise refused("the lock of the reloads cannot be taken", place, error) from error
        with suppress(OSError):  # a full disk must not prevent a recovery
            _sign(state.lock)
        yield


def holder(path: Path) -> Holder | None:
    """Read the process that took the lock last. Return ``None`` if there is none, or its text is not written yet."""
    try:
        pid, host, since = (durable.read(path, _LONGEST_NOTE) or b"").decode().split()
        return Holder(int(pid), host, since)
    except (OSError, ValueError):
        return None


def _shared(live: Tree) -> Path:
    """Return the folder that every reload of a tree shares, with its links resolved."""
    return (live.root.parent if live.root.is_symlink() else live.root).resolve()


def _sign(path: Path) -> None:
    """Write the holder into the lock file itself. A new file in its place would be another lock."""
    since = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    note = f"{os.getpid()} {os.uname().nodename} {since}\n".encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    try:
        os.write(descriptor, note)
    finally:
        os.close(descriptor)


def _busy(state: StateFolder, patience: float, error: Busy, place: Path) -> Busy:
    who = holder(state.lock) if place == state.lock else None  # another policy has its own lock file
    gone = who is not None and who.host == os.uname().nodename and not Path(f"/proc/{who.pid}").exists()
    return Busy(
        f"{state.server} is being reloaded by another process, and still was after {patience:g} s",
        where=error.where,
        why=error.why if who is None or gone else str(who),
        next_step=error.next_step,
    )
