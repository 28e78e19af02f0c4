"""Files of every kind under the name of a rule file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.disk.reading import LARGEST_BYTES, Unreadable, read_text


def refusal(path: Path) -> str:
    """Give the words with which a file is refused."""
    with pytest.raises(Unreadable) as refused:
        read_text(path, "shown.yml")
    return str(refused.value)


def test_what_is_no_readable_file_is_refused_in_words(tmp_path: Path) -> None:
    """The reader does not wait: a pipe without a writer would never end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert "No such file or directory" in refusal(tmp_path / "missing")
    assert "no regular file" in refusal(tmp_path / "pipe")
    assert "no regular file" in refusal(Path("/dev/zero"))
    assert "Is a directory" in refusal(tmp_path)
    assert "Too many levels of symbolic links" in refusal(tmp_path / "loop")
    assert "it cannot be read: Input/output error" in refusal(Path("/proc/self/mem"))
    assert "embedded null byte" in refusal(Path("a\0b"))


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to fix it. Root may read every file, so the test gives the system's answer itself."""

    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "r.yml").touch()
    monkeypatch.setattr(os, "open", denied)
    assert refusal(tmp_path / "r.yml").endswith("Permission denied (make it readable)")


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A file of 200 MB costs no more memory than the bound."""
    with (tmp_path / "huge.yml").open("wb") as file:
        file.truncate(200_000_000)
    assert f"larger than {LARGEST_BYTES >> 20} MiB" in refusal(tmp_path / "huge.yml")


def test_bytes_that_are_no_text_are_placed(tmp_path: Path) -> None:
    """The place is that of the first such byte."""
    (tmp_path / "latin.yml").write_bytes(b"a: b\nc: d\xe9\n")
    assert refusal(tmp_path / "latin.yml").startswith("shown.yml:2:5: this is no UTF-8 text")


def test_text_is_given_as_it_is(tmp_path: Path) -> None:
    """Line ends too: places are counted in it."""
    (tmp_path / "r.yml").write_bytes("a: ü\r\nb: 1\n".encode())
    assert read_text(tmp_path / "r.yml", "r.yml") == "a: ü\r\nb: 1\n"
