"""Tests of the YAML files below a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.lint.configured import yaml_files


def listed(folder: Path) -> list[str]:
    """Return the names of the found files, relative to the folder."""
    return [str(path.relative_to(folder)) for path in yaml_files(folder)]


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    """An unreadable folder never counts as empty."""
    with pytest.raises(OSError, match="No such file"):
        yaml_files(tmp_path / "missing")


def test_only_yaml_is_listed_in_the_order_of_names(tmp_path: Path) -> None:
    """A folder's own files come before those of its subfolders."""
    for name in ("b.yml", "a.yaml", "c.txt", "sub/d.yml", "sub/deeper/e.yaml", "z.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.yml").mkdir()
    assert listed(tmp_path) == ["a.yaml", "b.yml", "z.yml", "sub/d.yml", "sub/deeper/e.yaml"]


def test_links_are_followed_and_nothing_is_listed_twice(tmp_path: Path) -> None:
    """In a mounted ConfigMap the names that lead to the newest version count."""
    (tmp_path / "..v1").mkdir()
    (tmp_path / "..v1" / "rules.yml").touch()
    (tmp_path / "..data").symlink_to("..v1")
    (tmp_path / "rules.yml").symlink_to("..data/rules.yml")
    (tmp_path / "again").symlink_to(".")
    (tmp_path / "out").symlink_to("/")
    (tmp_path / "out").unlink()
    assert listed(tmp_path) == ["rules.yml"]


def test_links_that_lead_nowhere_are_listed_so_that_reading_them_tells(tmp_path: Path) -> None:
    """A server would fail on such a link as well."""
    (tmp_path / "gone.yml").symlink_to("missing")
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    assert listed(tmp_path) == ["gone.yml", "loop.yml"]
