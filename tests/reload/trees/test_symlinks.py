"""Symbolic links on the way to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.reload.trees.tree import walked


def farm(folder: Path) -> Path:
    """Make a farm of links as Kubernetes has it; gives the file's place."""
    (folder / "..v1").mkdir()
    (folder / "..v2").mkdir()
    (folder / "..v1/a.yml").write_text("1\n", encoding="utf-8")
    (folder / "..v2/a.yml").write_text("2\n", encoding="utf-8")
    (folder / "..data").symlink_to("..v1")
    (folder / "a.yml").symlink_to("..data/a.yml")
    return folder / "a.yml"


def test_a_loop_is_refused(tmp_path: Path) -> None:
    """A loop is never followed for ever."""
    (tmp_path / "x").symlink_to("y")
    (tmp_path / "y").symlink_to("x")
    with pytest.raises(OSError, match="Too many levels"):
        walked(tmp_path / "x")


def test_every_link_on_the_way_is_named(tmp_path: Path) -> None:
    """The end is the one that the kernel finds."""
    place = farm(tmp_path)
    end, links = walked(place)
    assert end == place.resolve() == tmp_path / "..v1/a.yml"
    assert links == {str(tmp_path / "..data"): "..v1", str(place): "..data/a.yml"}
    assert walked(tmp_path / "..v1/../..v2/none.yml") == (tmp_path / "..v2/none.yml", {})


def test_links_can_be_taken_to_lead_elsewhere(tmp_path: Path) -> None:
    """As they would once they are turned."""
    place = farm(tmp_path)
    assert walked(place, {str(tmp_path / "..data"): "..v2"})[0] == tmp_path / "..v2/a.yml"
    assert walked(place, {str(place): str(tmp_path / "..v2/a.yml")})[0] == tmp_path / "..v2/a.yml"


def test_a_root_of_its_own_is_never_left(tmp_path: Path) -> None:
    """Absolute links of a container begin at its own root, and nothing lies above it."""
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/live").symlink_to("/srv/live")
    assert walked(Path("/etc/live/x.yml"), root=root)[0] == root / "srv/live/x.yml"
    assert walked(Path("/../../etc/x.yml"), root=root)[0] == root / "etc/x.yml"
