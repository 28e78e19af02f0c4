"""Errors of the machine are not bugs, and each has its next step."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gonogo.cli.machine_trouble import machine_trouble
from gonogo.errors import NoRoom, UsageError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/full/file"), "no space is left"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "quota"),
        (OSError(errno.EFBIG, "File too large"), "ulimit -f"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "ulimit -v"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "ulimit -u"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (OSError(errno.ENFILE, "Too many open files in system"), "ulimit -n"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"), "TMPDIR"),
        (MemoryError(), "ulimit -v"),
        (ImportError("libm.so.6: failed to map segment from shared object"), "ulimit -v"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
    ],
)
def test_a_shortage_of_the_machine_is_named(error: Exception, said: str) -> None:
    """The exit code is 3, and the next step is given."""
    told = machine_trouble(error)
    assert isinstance(told, NoRoom)
    assert told.exit_code == 3
    assert said in str(told)
    assert "next: " in str(told)


def test_the_error_of_a_full_disk_has_its_path() -> None:
    """The path shows which disk is full."""
    told = machine_trouble(OSError(errno.ENOSPC, "No space left on device", "/full/file"))
    assert told is not None
    assert told.where == "/full/file"


@pytest.mark.parametrize(
    "error", [ValueError("odd"), OSError("odd"), OSError(errno.EIO, "odd"), ImportError("odd"), RuntimeError("odd")]
)
def test_other_errors_are_not_errors_of_the_machine(error: Exception) -> None:
    """Such errors stay bugs."""
    assert machine_trouble(error) is None
    assert machine_trouble(FileNotFoundError(errno.ENOENT, "No such file or directory", "x")) is None


def test_a_deleted_working_directory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path has no meaning in a deleted folder."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    told = machine_trouble(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    assert isinstance(told, UsageError)
    assert "the working directory was deleted" in str(told)
