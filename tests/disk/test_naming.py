"""Names of files as a user would write them in the current folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.disk.naming import shown


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with some files. One link leads out of it."""
    (tmp_path / "here/tests").mkdir(parents=True)
    (tmp_path / "there/tests").mkdir(parents=True)
    for name in ("here/r.yml", "there/r.yml"):
        (tmp_path / name).touch()
    (tmp_path / "here/link").symlink_to(tmp_path / "there/tests")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def test_a_detour_through_a_link_is_kept(here: Path) -> None:
    """Without the detour the path would name another file, or no file."""
    assert shown(Path("link/../r.yml")) == Path("link/../r.yml")
    assert shown(Path("gone/../r.yml")) == Path("gone/../r.yml")
    assert shown(here / "here/link/../r.yml") == Path("link/../r.yml")


def test_a_file_outside_the_current_folder_keeps_its_name(here: Path) -> None:
    """The name of such a file is not made relative."""
    assert shown(here / "there/r.yml") == here / "there/r.yml"
    assert shown(Path("../there/r.yml")) == Path("../there/r.yml")
    assert shown(here / "here/../there/r.yml") == here / "there/r.yml"


def test_a_file_below_the_current_folder_has_a_relative_name(here: Path) -> None:
    """Detours of the path are removed as well."""
    assert shown(here / "here/tests/../r.yml") == Path("r.yml")
    assert shown(Path("tests/../r.yml")) == Path("r.yml")
    assert shown(Path("../here/r.yml")) == Path("r.yml")
    assert shown(Path("r.yml")) == Path("r.yml")
    assert shown(here / "here") == Path()
