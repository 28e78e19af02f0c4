"""Only regular files are read, without waiting."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.disk import regular_file
from gonogo.disk.regular_file import LARGEST_FILE, NotReadable, Unreadable, read_regular, read_text


def bind(path: Path) -> None:
    """Put a socket in the place of a file."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkfifo, "a pipe"),
        (Path.mkdir, "a folder"),
        (bind, "a socket"),
        (lambda path: path.symlink_to("/dev/zero"), "a device"),
        (lambda path: path.symlink_to("nowhere"), "leads nowhere"),
        (lambda path: path.symlink_to(path), "leads nowhere"),
        (str, "No such file"),
    ],
)
def test_a_path_that_is_no_regular_file_is_refused_before_it_is_opened(
    tmp_path: Path, make: Callable[[Path], object], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe would block, and a device may act when it is opened."""
    path = tmp_path / "x"
    make(path)
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(NotReadable, match=why):
        read_regular(path)


def test_a_file_that_is_too_large_is_refused_by_its_size(tmp_path: Path) -> None:
    """The file is sparse, and it is not read."""
    with (tmp_path / "x").open("wb") as file:
        file.truncate(regular_file.LARGEST_FILE + 1)
    with pytest.raises(NotReadable, match="larger than 16 MiB"):
        read_regular(tmp_path / "x")


@pytest.mark.parametrize(("meanwhile", "why"), [("replaced", "replaced while"), ("grown", "written while")])
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, meanwhile: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content could be half of one state and half of another."""
    path, really, opens = tmp_path / "x", os.fstat, os.open
    path.write_text("one", encoding="utf-8")

    def fstat(descriptor: int) -> os.stat_result:
        status = really(descriptor)
        if status.st_ino == path.stat().st_ino and meanwhile == "grown":
            path.write_text("one and more", encoding="utf-8")
        return status

    def opener(name: str, flags: int) -> int:
        if meanwhile == "replaced":
            (tmp_path / "y").write_text("two", encoding="utf-8")
            (tmp_path / "y").rename(path)
        return opens(name, flags)

    monkeypatch.setattr(os, "open", opener)
    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(NotReadable, match=why):
        read_regular(path)


def test_the_error_of_a_file_without_read_permission_has_the_reason_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has the words of the system."""

    def denied(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path, flags)

    (tmp_path / "x").write_text("one", encoding="utf-8")
    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(NotReadable, match="Permission denied"):
        read_regular(tmp_path / "x")


def test_a_file_comes_with_its_status(tmp_path: Path) -> None:
    """A file behind a link has its status as well."""
    (tmp_path / "x").write_bytes(b"\xff")
    (tmp_path / "link").symlink_to("x")
    content, status = read_regular(tmp_path / "link")
    assert (content, status.st_size) == (b"\xff", 1)


def refusal(path: Path) -> str:
    """Return the words with which a file is refused."""
    with pytest.raises(Unreadable) as refused:
        read_text(path, "shown.yml")
    return str(refused.value)


def test_a_path_that_is_no_readable_file_is_refused_with_its_cause(tmp_path: Path) -> None:
    """The reader does not wait for a pipe without a writer."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert "No such file or directory" in refusal(tmp_path / "missing")
    assert "no regular file" in refusal(tmp_path / "pipe")
    assert "no regular file" in refusal(Path("/dev/zero"))
    assert "Is a directory" in refusal(tmp_path)
    assert "Too many levels of symbolic links" in refusal(tmp_path / "loop")
    assert "it cannot be read: Input/output error" in refusal(Path("/proc/self/mem"))
    assert "embedded null" in refusal(Path("a\0b"))


def test_the_error_of_a_text_without_read_permission_has_a_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read every file, so the test gives the system's answer itself."""

    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "r.yml").touch()
    monkeypatch.setattr(os, "open", denied)
    assert refusal(tmp_path / "r.yml").endswith("Permission denied (make it readable)")


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """The file of 200 MB is refused by its size."""
    with (tmp_path / "huge.yml").open("wb") as file:
        file.truncate(200_000_000)
    assert f"larger than {LARGEST_FILE >> 20} MiB" in refusal(tmp_path / "huge.yml")


def test_the_error_of_a_binary_file_has_the_place_of_the_first_bad_byte(tmp_path: Path) -> None:
    """The place is a line and a column."""
    (tmp_path / "latin.yml").write_bytes(b"a: b\nc: d\xe9\n")
    assert refusal(tmp_path / "latin.yml").startswith("shown.yml:2:5: this is no UTF-8 text")


def test_a_text_is_returned_unchanged(tmp_path: Path) -> None:
    """Line ends stay, because places are counted in the text."""
    (tmp_path / "r.yml").write_bytes("a: ü\r\nb: 1\n".encode())
    assert read_text(tmp_path / "r.yml", "r.yml") == "a: ü\r\nb: 1\n"
