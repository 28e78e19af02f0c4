"""A file is whole, or it does not exist."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.disk import durable
from gonogo.disk.durable import write_failed


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let this process write no file beyond ``size`` bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    """List the names in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def test_a_write_on_a_full_disk_leaves_only_the_old_file(tmp_path: Path) -> None:
    """A disk that is full in the middle of a write costs only the new content."""
    path = tmp_path / "x.prom"
    durable.replace(path, b"old\n")
    with files_up_to(100), pytest.raises(OSError, match="too large"):
        durable.replace(path, b"n" * 200)
    assert path.read_bytes() == b"old\n"
    assert names(tmp_path) == ["x.prom"]


def test_a_folder_in_the_files_place_is_an_error(tmp_path: Path) -> None:
    """A folder is not replaced by a file."""
    path = tmp_path / "x.prom"
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        durable.replace(path, b"new\n")
    assert path.is_dir()
    assert names(tmp_path) == ["x.prom"]


def test_the_temporary_file_of_a_dead_writer_is_removed(tmp_path: Path) -> None:
    """The leftover file does not disturb the next write, even if it is a link to another file."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine\n")
    (tmp_path / ".x.prom.new").symlink_to(elsewhere)
    durable.replace(tmp_path / "x.prom", b"new\n")
    assert (tmp_path / "x.prom").read_bytes() == b"new\n"
    assert elsewhere.read_bytes() == b"mine\n"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
def test_the_collector_may_read_the_file_under_every_umask(tmp_path: Path, mask: int) -> None:
    """The mode is 0644 with every umask."""
    before = os.umask(mask)
    try:
        durable.replace(tmp_path / "x.prom", b"new\n")
    finally:
        os.umask(before)
    assert (tmp_path / "x.prom").stat().st_mode & 0o7777 == 0o644


@pytest.mark.parametrize("name", ["x.prom", ".x.state"])
def test_a_collector_does_not_read_the_temporary_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the rename no file has a name that ends in .prom."""
    seen: list[str] = []
    rename = Path.rename

    def watched(self: Path, target: Path) -> Path:
        seen.extend(entry for entry in names(tmp_path) if entry.endswith(".prom"))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", watched)
    durable.replace(tmp_path / name, b"new\n")
    assert seen == []


def test_the_order_of_the_steps_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is synced before the rename, and the folder after it."""
    steps: list[str] = []
    sync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        sync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    durable.replace(tmp_path / "x.prom", b"new\n")
    assert steps == ["sync .x.prom.new", "rename", f"sync {tmp_path.name}"]


def test_reading_stops_at_the_limit_and_never_waits(tmp_path: Path) -> None:
    """A huge file is read up to the limit, a pipe is refused, and a missing file gives None."""
    (tmp_path / "huge").write_bytes(b"9" * 5000)
    os.mkfifo(tmp_path / "pipe")
    assert durable.read(tmp_path / "huge", 4096) == b"9" * 4096
    with pytest.raises(OSError, match="it is a pipe"):
        durable.read(tmp_path / "pipe", 4096)
    assert durable.read(tmp_path / "none", 4096) is None


def test_a_folder_cannot_be_read_as_a_file(tmp_path: Path) -> None:
    """A folder in the file's place is not the same as a missing file."""
    with pytest.raises(IsADirectoryError):
        durable.read(tmp_path, 4096)


@pytest.mark.parametrize(
    ("number", "next_step"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EACCES, "let the user"),
        (errno.EROFS, "mount it writable"),
        (errno.ENOENT, "create the folder"),
        (errno.EMFILE, "raise the limit on open files"),
        (errno.EINVAL, "remove"),
        (errno.EIO, "check the disk"),
    ],
)
def test_every_cause_has_its_next_step(number: int, next_step: str) -> None:
    """The error says what is wrong, where, why and what to do."""
    error = write_failed("no beat", Path("/x/y"), OSError(number, os.strerror(number)))
    assert error.exit_code == 1
    assert error.next_step.startswith(next_step)
    assert str(error).startswith(f"/x/y: no beat\n  why:  {os.strerror(number)}\n  next: ")


def test_a_cause_without_a_number_keeps_its_text() -> None:
    """An error without a number has only its text, and the text is the reason."""
    assert write_failed("no beat", Path("x"), OSError("odd")).why == "odd"
