"""The seal of a state file: whether it is the one that the last beat left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.heartbeat.seal import Seal, read_seal, sealed, write_seal
from tests.waiting import await_true


def put_back(state: Path) -> None:
    """Restore a file from a copy, with its times."""
    shutil.copy2(state, state.with_name("backup"))
    shutil.copy2(state.with_name("backup"), state)


def touch(state: Path) -> None:
    """Set a file's times."""
    os.utime(state, (0, 0))


@pytest.mark.parametrize("content", [b"", b"1 2 3\n", b"1 2 3 4 5 6\n", b"1 2 3 x\n", b"-1 2 3 4\n", b"\0" * 300])
def test_what_is_no_seal_is_none(tmp_path: Path, content: bytes) -> None:
    """A note that was lost, torn or damaged."""
    (tmp_path / "lock").write_bytes(content)
    assert read_seal(tmp_path / "lock") is None


def test_a_note_that_cannot_be_made_or_read_is_none(tmp_path: Path) -> None:
    """No file, or a folder in its place."""
    write_seal(tmp_path / "lock", Seal(1, 2, 3, 4))
    assert read_seal(tmp_path / "lock") is None
    (tmp_path / "lock").mkdir()
    write_seal(tmp_path / "lock", Seal(1, 2, 3, 4))
    assert read_seal(tmp_path / "lock") is None


def test_a_note_is_read_as_it_was_made(tmp_path: Path) -> None:
    """A note is read back also if it is shorter than the one before."""
    (tmp_path / "lock").touch()
    for seal in (Seal(1_700_000_000, 1_700_000_000_123, 4711, 10**18), Seal(7, 8), Seal(7, 8, 9, 10, 11)):
        write_seal(tmp_path / "lock", seal)
        assert read_seal(tmp_path / "lock") == seal


@pytest.mark.parametrize("change", [put_back, touch, Path.unlink])
def test_a_file_that_was_put_back_touched_or_lost_is_another(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """Content and times may be the same. The kernel's clock needs a tick between the two files."""
    state = tmp_path / "state"
    state.write_bytes(b"41\n")
    seal = sealed(41, 0, state)
    assert seal.holds(state)

    def changed() -> bool:
        change(state)
        return not seal.holds(state)

    await_true(changed)
