"""A folder in memory, where there is room for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.programs import memory_folder as module
from gonogo.programs.memory_folder import memory_folder


@pytest.fixture(autouse=True)
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an empty folder with room enough in the place of the memory."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(module, "ROOM", 0)
    monkeypatch.setattr(module, "SHARED", tmp_path)
    return tmp_path


def test_without_such_a_place_there_is_none(shared: Path) -> None:
    """Outside of Linux there is no folder in memory."""
    shared.rmdir()
    with memory_folder() as folder:
        assert folder is None


def test_with_little_room_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container has too little room."""
    monkeypatch.setattr(module, "ROOM", 1 << 62)
    with memory_folder() as folder:
        assert folder is None


def test_where_nothing_can_be_made_there_is_none(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is no permission."""
    (shared / "file").touch()
    monkeypatch.setattr(module, "SHARED", shared / "file")
    with memory_folder() as folder:
        assert folder is None


def test_whoever_chose_a_folder_keeps_it(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder in TMPDIR is kept."""
    monkeypatch.setenv("TMPDIR", str(shared))
    with memory_folder() as folder:
        assert folder is None


def test_nothing_is_left_of_it(shared: Path) -> None:
    """The files of a stopped promtool are removed as well."""
    with memory_folder() as folder:
        assert folder is not None
        assert folder.stat().st_mode & 0o77 == 0
        (folder / "test_storage1" / "wal").mkdir(parents=True)
    assert list(shared.iterdir()) == []
