"""One reload at a time for each server, across processes; who waits is told who reloads.

Two locks are held. That of the state folder is signed, and belongs to one policy. What several policies
share, say two checkouts of one, is the live tree: a server reads one configuration, so whoever reloads it
switches this very folder, whatever the server's URL is spelled like. So the folder itself is locked as well,
which the kernel knows by its inode and which needs no file in it; of a linked tree the folder that has the link.

The lock is the kernel's (see ``lock``): it ends with its holder, however that ends. What
the holder writes into the file is only for those who wait to read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gonogo.disk import durable, lock
from gonogo.errors import Busy
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.switch_trouble import refused
from gonogo.reload.trees.tree import Tree

_LONGEST_NOTE = 512


@dataclass(frozen=True, slots=True)
class Holder:
    """Who took the lock last.

    Attributes:
        pid: its process.
        host: the machine or container where that process is.
        since: when it took the lock, in UTC to the second.
    """

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        """Write it as a clause."""
        return f"process {self.pid} on {self.host} has been reloading since {self.since}"


@contextmanager
def hold_server(state: StateFolder, patience: float, live: Tree | None = None) -> Iterator[None]:
    """Hold the lock of one server's reloads.

    Args:
        state: the server's folder; made when missing.
        patience: seconds to wait for the holder.
        live: the tree that the server reads; ``None``, or no folder there: nothing of it can be switched.

    Raises:
        Busy: it was held all that time; says by whom and since when.
        ActionFailed: the state folder cannot be written, or the live folder not be read.
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
        with suppress(OSError):  # a full disk is no reason not to recover
            _sign(state.lock)
        yield


def holder(path: Path) -> Holder | None:
    """Read who took the lock last; ``None`` while nobody has, or a holder is just about to say so."""
    try:
        pid, host, since = (durable.read(path, _LONGEST_NOTE) or b"").decode().split()
        return Holder(int(pid), host, since)
    except (OSError, ValueError):
        return None


def _shared(live: Tree) -> Path:
    """Give the folder that every reload of a tree shares, links to it resolved."""
    return (live.root.parent if live.root.is_symlink() else live.root).resolve()


def _sign(path: Path) -> None:
    """Write into the locked file itself: another one in its place would be another lock."""
    since = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    note = f"{os.getpid()} {os.uname().nodename} {since}\n".encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    try:
        os.write(descriptor, note)
    finally:
        os.close(descriptor)


def _busy(state: StateFolder, patience: float, error: Busy, place: Path) -> Busy:
    who = holder(state.lock) if place == state.lock else None  # another policy signs its own
    gone = who is not None and who.host == os.uname().nodename and not Path(f"/proc/{who.pid}").exists()
    return Busy(
        f"{state.server} is being reloaded by somebody else, and was for {patience:g} s",
        where=error.where,
        why=error.why if who is None or gone else str(who),
        next_step=error.next_step,
    )
