"""The seal of the last beat: its number, its time, and the identity of the state file that it wrote.

A number alone does not show if the state file is still the one that the last beat wrote, or an older one from a
backup. The kernel shows it: a file that was written, copied or restored has another inode or another time of change
(``st_ctime``), and no program can set the time of change. So each beat notes both in the lock file, which it holds
anyway. That costs a small write that is not synced. If the note is lost, torn or does not match, there is no seal, and
the writer asks the places where it publishes for their number. Only if the whole file system was set back does the old
seal still match. Its beat is then long ago, unless the file system was set back by less than a few beats.

The number of the next beat is always above every number that was ever published. The state file is one line with the
last number given out. It is written before that number is published anywhere, so after a crash the state is ahead and
never behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from gonogo.disk import durable

_LARGEST = 256
_NUMBERS = (4, 5)  # gonogo 0.1.0 noted no machine


class Seal(Struct, frozen=True):
    """The note of one beat.

    Attributes:
        sequence: the beat's number.
        milliseconds: the beat's unix time, by the writer's clock.
        inode: the inode of the state file after the beat; 0 if the Pushgateway could not be asked.
        changed: the ``st_ctime`` of the state file, in nanoseconds of unix time.
        machine: the number of the machine that beat; 0 if it is not known.
    """

    sequence: int
    milliseconds: int
    inode: int = 0
    changed: int = 0
    machine: int = 0

    def vouches_for(self, number: int, state: Path) -> bool:
        """Return whether the state file is still the one that the beat wrote, with the number of the beat."""
        try:
            return self.sequence == number and (self.inode, self.changed) == identity(state)
        except OSError:
            return False


def identity(state: Path) -> tuple[int, int]:
    """Return the inode and the ``st_ctime`` of a state file, which change whenever the file is written or restored.

    Raises:
        OSError: the file does not exist any more.
    """
    now = state.stat()
    return now.st_ino, now.st_ctime_ns


def write_seal(path: Path, seal: Seal) -> None:
    """Write the seal to the lock file. A failure is ignored: without a seal the next beat asks the Pushgateway."""
    line = b"%d %d %d %d %d\n" % (seal.sequence, seal.milliseconds, seal.inode, seal.changed, seal.machine)
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.truncate(descriptor, os.write(descriptor, line))
        finally:
            os.close(descriptor)


def read_seal(path: Path) -> Seal | None:
    """Read the seal from the lock file, or return ``None`` if there is none."""
    try:
        words = (durable.read(path, _LARGEST) or b"").removesuffix(b"\n").split(b" ")
    except OSError:
        return None
    whole = len(words) in _NUMBERS and all(word.isdigit() for word in words)
    return Seal(*map(int, words)) if whole else None


LIMIT = 2**53
"""The limit up to which an IEEE double, and so a sample, can store every whole number exactly."""

PLAUSIBLE = 2**52
"""The limit below which a number counts without a seal.

A number above the limit is damaged: a sequence begins at the unix time, so no writer reaches the limit. If a damaged
number is below the limit, enough numbers remain above it, so a sequence that continues from it never has to go back.
"""


def state_line(sequence: int) -> bytes:
    """Return the content of the state file."""
    return b"%d\n" % sequence


def read_state(content: bytes) -> int | None:
    """Return the number in the content of a state file, or ``None`` if it is not exactly one possible number."""
    digits = content.strip()
    if not digits.isdigit() or len(digits) > len(str(LIMIT)) or not 0 < int(digits) < LIMIT - 1:
        return None
    return int(digits)


def highest(published: Iterable[float]) -> int | None:
    """Return the highest number among published samples. A number that no writer can have published is ignored."""
    return max((int(value) for value in published if 0 < value < PLAUSIBLE and value == int(value)), default=None)


def next_number(last: int | None, now: int) -> int:
    """Return the number after ``last``. Without a last number the sequence starts from ``now``, in unix seconds."""
    return max(now, 1) if last is None else last + 1
