"""Secrets: what cannot be one is refused without being repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.policy.secrets import LARGEST_BYTES, read_secret


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"hunter2\nhunter2\n", "has more than one line"),
        (b"hunter2\x00", "or control characters"),
        (b"hunter2\xff", "is not UTF-8 text"),
        (b"hunter2" * LARGEST_BYTES, "is larger than 64 KiB"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """The message names the file, and nothing of what it holds."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=said) as raised:
        read_secret(path, None)
    assert str(path) in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(("name", "said"), [("none", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """The reason is the system's own."""
    with pytest.raises(PolicyError, match=said):
        read_secret(tmp_path / name, None)


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_refused(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """An empty variable is none."""
    monkeypatch.delenv("GONOGO_TEST_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("GONOGO_TEST_SECRET", value)
    with pytest.raises(PolicyError, match="GONOGO_TEST_SECRET is not set, or is empty"):
        read_secret(None, "GONOGO_TEST_SECRET")


@pytest.mark.parametrize("content", ["s3cret pass", "s3cret pass\n", "s3cret pass\r\n"])
def test_one_newline_at_the_end_is_left_out(tmp_path: Path, content: str) -> None:
    """Editors end a file with a newline; the secret does not."""
    path = tmp_path / "secret"
    path.write_bytes(content.encode())
    assert read_secret(path, None) == "s3cret pass"


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's value is the secret."""
    monkeypatch.setenv("GONOGO_TEST_SECRET", "s3cret")
    assert read_secret(None, "GONOGO_TEST_SECRET") == "s3cret"
