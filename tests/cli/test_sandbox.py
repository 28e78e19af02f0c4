"""``gonogo sandbox`` refuses what it cannot do before it starts anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.cli.main import main


@pytest.mark.parametrize("interval", ["soon", "0s", "500ms", "7s", "31s", "1m"])
def test_an_interval_that_does_not_fit_is_refused(interval: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what would fit."""
    with pytest.raises(SystemExit) as left:
        main(["sandbox", "--interval", interval])
    assert left.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--interval" in told.err
    assert "  next: " in told.err


def test_a_folder_that_holds_something_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And stays as it was."""
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["sandbox", "--directory", str(tmp_path)])
    assert left.value.code == 2
    assert "empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written over it."""
    file = tmp_path / "mine"
    file.write_text("precious", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["sandbox", "--directory", str(file)])
    assert left.value.code == 2
    assert "empty folder" in capsys.readouterr().err
