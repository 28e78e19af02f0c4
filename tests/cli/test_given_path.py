"""Paths on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import in_process


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide", "--policy", ""),
        ("heartbeat", "beat", "--policy", ""),
        ("lint", ""),
        ("lint", "--baseline", ""),
        ("lint", "--requirements", ""),
        ("reload", "--from", ""),
        ("rules", "--out", ""),
        ("rules", "--out", "x", "--tests-out", ""),
        ("sandbox", "--directory", ""),
        ("test", ""),
        ("test", "x", "--rules", ""),
        ("test", "--cache", ""),
        ("test", "--junit", ""),
    ],
)
def test_an_empty_path_is_not_the_current_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A script whose variable is not set would lint, test or reload whatever it stands in."""
    ended = in_process(*arguments, cwd=tmp_path)
    assert (ended.code, "the path is empty" in ended.err) == (2, True), ended
    assert list(tmp_path.iterdir()) == []
