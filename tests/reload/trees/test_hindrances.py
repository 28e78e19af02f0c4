"""The reasons why a file cannot be replaced although its folder can be written."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from gonogo.reload.trees.hindrances import bound_file, bound_folder, mount_points
from gonogo.reload.trees.switch import switch
from gonogo.reload.trees.switch_plan import plan_switch
from gonogo.reload.trees.switch_trouble import Unfit
from tests.config_trees import place, stand

NONE: frozenset[bytes] = frozenset()
SOMEBODY = 54321


def flagged(path: Path, flag: str) -> bool:
    """Set a flag of the file system. Return True if this user and this file system can do that."""
    chattr = shutil.which("chattr")
    return (
        chattr is not None
        and subprocess.run([chattr, flag, str(path)], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.parametrize(("flag", "word"), [("i", "immutable"), ("a", "append-only")])
def test_flags_of_the_file_system_are_seen(tmp_path: Path, flag: str, word: str) -> None:
    """The flag may be on the file or on its folder. The reason has the command that clears the flag."""
    path = tmp_path / "in" / "a.yml"
    path.parent.mkdir()
    path.touch()
    for one in (path, path.parent):
        is_set = flagged(one, f"+{flag}")
        try:
            found = bound_file(one, NONE, 0) if one == path else bound_folder(one)
        finally:
            flagged(one, f"-{flag}")
        assert (f"is {word}" in found and f"chattr -{flag} {one}" in found) is is_set
    assert bound_file(path, NONE, 0) == bound_folder(path.parent) == ""


def test_a_file_that_is_mounted_by_itself_is_not_replaced(tmp_path: Path) -> None:
    """The mount is also found through a link to its folder."""
    path = tmp_path / "a b.yml"
    path.touch()
    (tmp_path / "link").symlink_to(".")
    mounts = frozenset({os.fsencode(path.resolve())})
    assert "mounted by itself" in bound_file(path, mounts, 0)
    assert "mounted by itself" in bound_file(tmp_path / "link" / "a b.yml", mounts, 0)
    assert bound_file(path, NONE, 0) == ""
    assert b"/proc" in mount_points()


def test_in_a_sticky_folder_only_owners_and_root_replace_files(tmp_path: Path) -> None:
    """The owners are those of the file and of the folder."""
    path = tmp_path / "a.yml"
    path.touch()
    assert bound_file(path, NONE, SOMEBODY) == ""
    tmp_path.chmod(0o1777)
    assert "sticky" in bound_file(path, NONE, SOMEBODY)
    assert bound_file(path, NONE, path.stat().st_uid) == bound_file(path, NONE, 0) == ""


def test_a_missing_file_has_no_hindrance(tmp_path: Path) -> None:
    """A link is replaced itself, not the file behind it."""
    assert bound_file(tmp_path / "a.yml", NONE, SOMEBODY) == bound_folder(tmp_path / "gone") == ""
    (tmp_path / "link").symlink_to("a.yml")
    assert bound_file(tmp_path / "link", NONE, 0) == ""


def test_a_tree_with_an_immutable_file_is_refused_unchanged(tmp_path: Path) -> None:
    """If this user or file system cannot set the flag, the file is replaced."""
    here = place(tmp_path)
    path = here.live.path("rules/a.yml")
    before = stand(here.live.root)
    is_set = flagged(path, "+i")
    try:
        with pytest.raises(Unfit, match="is immutable and cannot be replaced") if is_set else nullcontext():
            switch(here.state, plan_switch(here.live, here.staged))
    finally:
        flagged(path, "-i")
    assert (stand(here.live.root) == before) is is_set
