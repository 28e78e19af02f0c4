"""``gonogo sandbox`` refuses invalid arguments before it starts a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.cli.main import main


@pytest.mark.parametrize("interval", ["soon", "0s", "500ms", "7s", "31s", "1m"])
def test_an_unsuitable_interval_is_refused(interval: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error has a next step."""
    with pytest.raises(SystemExit) as left:
        main(["sandbox", "--interval", interval])
    assert left.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--interval" in told.err
    assert "  next: " in told.err


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder is not changed."""
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["sandbox", "--directory", str(tmp_path)])
    assert left.value.code == 2
    assert "empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error asks for an empty folder."""
    file = tmp_path / "mine"
    file.write_text("precious", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["sandbox", "--directory", str(file)])
    assert left.value.code == 2
    assert "empty folder" in capsys.readouterr().err
