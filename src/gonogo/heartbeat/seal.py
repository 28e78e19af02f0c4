"""What the last beat left: its number and its time, and which state file it wrote.

A number alone does not tell whether the state is still the one that the last beat
wrote, or one from a backup, from before what is published. The kernel does: a file
that was written, copied or restored has another inode or another time of change
(``st_ctime``), and no program can set the latter. So each beat notes both in the lock
file, which it holds anyway. That costs one small write that is not synced: a note
that is lost, torn or does not fit is no seal, and then the places that publish are
asked what they have. Only a whole file system that was set back keeps its seal; what
it says was long ago, unless it was set back by less than a few beats.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gonogo.disk import durable

_LARGEST = 256
_NUMBERS = (4, 5)  # gonogo 0.1.0 noted no machine


@dataclass(frozen=True, slots=True)
class Seal:
    """The note of one beat.

    Attributes:
        sequence: the beat's number.
        milliseconds: its unix time, by the writer's clock.
        inode: of the state file that it left; 0 where not all places could be asked.
        changed: when the kernel last changed that file, in nanoseconds of unix time.
        machine: the number of the machine that beat; 0 where it is not known.
    """

    sequence: int
    milliseconds: int
    inode: int = 0
    changed: int = 0
    machine: int = 0

    def holds(self, state: Path) -> bool:
        """Tell whether the file is the very one that the beat left."""
        try:
            now = state.stat()
        except OSError:
            return False
        return (self.inode, self.changed) == (now.st_ino, now.st_ctime_ns)


def sealed(sequence: int, milliseconds: int, state: Path, machine: int = 0) -> Seal:
    """Make the seal of a state file that was just written.

    Raises:
        OSError: it is not there any more.
    """
    now = state.stat()
    return Seal(sequence, milliseconds, now.st_ino, now.st_ctime_ns, machine)


def note(path: Path, seal: Seal) -> None:
    """Note the seal in the lock file, if it can be: without it the next beat asks."""
    line = b"%d %d %d %d %d\n" % (seal.sequence, seal.milliseconds, seal.inode, seal.changed, seal.machine)
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.truncate(descriptor, os.write(descriptor, line))
        finally:
            os.close(descriptor)


def noted(path: Path) -> Seal | None:
    """Read the seal in the lock file, if there is one."""
    try:
        words = (durable.read(path, _LARGEST) or b"").removesuffix(b"\n").split(b" ")
    except OSError:
        return None
    whole = len(words) in _NUMBERS and all(word.isdigit() for word in words)
    return Seal(*map(int, words)) if whole else None
