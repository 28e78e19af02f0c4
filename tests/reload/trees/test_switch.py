"""Switches from the live tree to another one and back."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.reload.trees.good_trees import good_tree, keep_good
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.switch import Brought, recover, restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_in_place, plan_switch
from gonogo.reload.trees.switch_standing import Standing, TreeSide
from gonogo.reload.trees.switch_trouble import Refused
from tests.config_trees import BOTH_LAYOUTS, NEW, OLD, Place, place, same, switch_now, text_of, write
from tests.marked_files import ACL, DEFAULT_ACL, acl, attributes


@BOTH_LAYOUTS
def test_a_switch_and_its_undo_restore_every_byte(tmp_path: Path, make: Callable[[Path], Place]) -> None:
    """The modes are restored too. Other files stay as they are, and no temporary file is left."""
    here = make(tmp_path)
    old = here.stand()
    switch_now(here)
    texts = text_of(here.stand())
    assert {name: texts[name] for name in NEW} == NEW
    assert "rules/gone.yml" not in texts
    assert not any(".gonogo" in name for name in texts)
    assert restore(here.state) == Brought(TreeSide.OLD, Standing.NEW)
    assert restore(here.state) == Brought(TreeSide.OLD, Standing.OLD)
    assert here.stand() == old
    assert settle(here.state) is None
    assert list(here.state.objects.iterdir()) == []
    with pytest.raises(ActionFailed, match="no switch to undo"):
        restore(here.state)
    assert recover(here.state) is None


def test_an_undo_restores_modes_owners_and_links(tmp_path: Path) -> None:
    """A removed link is a link again. The file behind it was not changed."""
    here = place(tmp_path)
    live = here.live.root
    (live / "rules/gone.yml").rename(tmp_path / "gone")
    (live / "rules/gone.yml").symlink_to("../../gone")
    (live / "rules/a.yml").chmod(0o604)
    if os.geteuid() == 0:
        os.chown(live / "rules/a.yml", 12, 34)
        os.chown(live / "prometheus.yml", 56, 78)
    before, old = snapshot(here.live), here.stand()
    switch_now(here)
    new = (live / "rules/c.yml").stat()
    assert (stat.S_IMODE(new.st_mode), new.st_uid) == (0o640, 56 if os.geteuid() == 0 else os.getuid())
    assert not (live / "rules/gone.yml").is_symlink()
    assert (tmp_path / "gone").read_text(encoding="utf-8") == OLD["rules/gone.yml"]
    restore(here.state)
    assert here.stand() == old
    assert same(here.live, before)


def test_a_link_to_a_changed_file_comes_back_as_a_file(tmp_path: Path) -> None:
    """The file has the old bytes, and the file behind the link is not written."""
    here = place(tmp_path)
    live = here.live.root
    for name in ("gone", "b"):
        (live / f"rules/{name}.yml").rename(tmp_path / name)
        (live / f"rules/{name}.yml").symlink_to(f"../../{name}")
    (here.staged.root / "rules/b.yml").unlink()
    switch_now(here)
    (tmp_path / "gone").write_text("somebody else's\n", encoding="utf-8")
    (tmp_path / "b").unlink()
    restore(here.state)
    for name in ("gone", "b"):
        assert not (live / f"rules/{name}.yml").is_symlink()
        assert (live / f"rules/{name}.yml").read_text(encoding="utf-8") == OLD[f"rules/{name}.yml"]
    assert (tmp_path / "gone").read_text(encoding="utf-8") == "somebody else's\n"


def test_new_folders_have_the_mode_of_their_parents(tmp_path: Path) -> None:
    """An undo removes the folders, unless another program put a file into one of them."""
    new = {**NEW, "prometheus.yml": "rule_files: [deep/er/*.yml]", "deep/er/x.yml": "groups: []\n"}
    here = place(tmp_path, OLD, new)
    here.live.root.chmod(0o2751)
    old = here.stand()
    switch_now(here)
    assert {stat.S_IMODE((here.live.root / name).stat().st_mode) for name in ("deep", "deep/er")} == {0o2751}
    (here.live.root / "deep/mine").write_text("", encoding="utf-8")
    restore(here.state)
    assert not (here.live.root / "deep/er").exists()
    (here.live.root / "deep/mine").unlink()
    assert here.stand() == old


def test_a_new_folder_has_the_acls_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that may enter the parent by an ACL may enter the new folder.

    If the ACL cannot be set, the switch is refused.
    """
    new = {**NEW, "prometheus.yml": "rule_files: [deep/er/*.yml]", "deep/er/x.yml": "groups: []\n"}
    here = place(tmp_path, OLD, new)
    os.setxattr(here.live.root, ACL, acl(owner=7, named=5))
    old, setxattr = here.stand(), os.setxattr

    def refuse(place: int, name: str, value: bytes) -> None:
        if stat.S_ISDIR(os.fstat(place).st_mode):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        setxattr(place, name, value)

    with monkeypatch.context() as refusing:
        refusing.setattr(os, "setxattr", refuse)
        with pytest.raises(Refused, match="nothing was switched") as caught:
            switch_now(here)
    assert caught.value.where == str(here.live.root / "deep")
    assert caught.value.why == f"it would lose the attribute {ACL} (Operation not permitted)"
    assert here.stand() == old
    os.setxattr(here.live.root, DEFAULT_ACL, acl(owner=7, named=5))
    above = attributes(here.live.root)
    switch_now(here)
    assert [attributes(here.live.root / name) for name in ("deep", "deep/er")] == [above, above]
    assert attributes(here.live.root / "deep/er/x.yml")[ACL] == acl()


def test_attributes_that_are_lost_after_the_plan_stop_the_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch is refused before the first rename. The error names the file and the attribute."""
    here = place(tmp_path)
    plan, old = plan_switch(here.live, here.staged), here.stand()
    monkeypatch.setattr(os, "setxattr", lambda *_: None)
    with pytest.raises(Refused) as caught:
        switch(here.state, plan)
    assert caught.value.where == str(here.live.root / "extra.yml")
    assert caught.value.why == f"it would lose the attribute {ACL} (the file system does not keep it)"
    assert here.stand() == old
    assert pending(here.state) is None


def test_in_place_an_undo_restores_the_good_tree(tmp_path: Path) -> None:
    """Bytes, modes, and added or removed files are restored. Files that are no part of a reload stay as they are."""
    here = place(tmp_path)
    old = here.stand()
    good = keep_good(here.state, here.live)
    write(here.live.root, {"prometheus.yml": "{", "rules/new.yml": "", "targets/api.json": "[1]\n", "README": "new\n"})
    (here.live.root / "rules/a.yml").chmod(0o600)
    shutil.rmtree(here.live.root / "scrapes")
    edited = here.stand()
    switch(here.state, plan_in_place(here.state, here.live, good))
    assert here.stand() == edited
    brought = restore(here.state)
    assert (brought.side, brought.found, brought.besides) == (TreeSide.OLD, Standing.NEW, ())
    edited_still = {name: edited[name] for name in ("targets/api.json", "README")}
    assert here.stand() == {**old, **edited_still}
    assert recover(here.state, TreeSide.NEW) is not None
    assert text_of(here.stand()) == text_of(edited)


def test_a_recovery_does_not_undo_a_verified_tree(tmp_path: Path) -> None:
    """A process that was killed between keeping and settling had proved the new tree."""
    here = place(tmp_path)
    switch_now(here)
    new = here.stand()
    keep_good(here.state, here.live)
    assert recover(here.state) == Brought(TreeSide.NEW, Standing.NEW)
    assert here.stand() == new
    good = settle(here.state, here.live)
    assert good == good_tree(here.state, here.live)
    assert pending(here.state) is None


def test_a_marker_names_the_changes_and_holds_no_secret(tmp_path: Path) -> None:
    """Only its owner can read the marker."""
    here = place(tmp_path)
    switch_now(here)
    value = json.loads(here.state.marker.read_text(encoding="utf-8"))
    assert {one["name"] for one in value["changes"]} >= {"rules/a.yml", "rules/gone.yml", "prometheus.yml"}
    assert value["pid"] == os.getpid()
    assert stat.S_IMODE(here.state.marker.stat().st_mode) == 0o600
    assert b"hunter2" not in b"".join(path.read_bytes() for path in here.state.folder.rglob("*") if path.is_file())


def test_every_byte_is_synced_before_the_first_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The marker, the copies and the new files are synced first. Each folder is synced after its renames."""
    here = place(tmp_path)
    seen: list[str] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(f"{'folder' if path.is_dir() else 'file'} {path.name}")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    switch_now(here, seen.append)
    assert seen.index("folder objects") < seen.index("kept both sides")
    assert seen.index(f"folder {here.state.folder.name}") < seen.index("marked") < seen.index("written rules/a.yml")
    renames = [place for place, step in enumerate(seen) if step.startswith(("renamed", "removed"))]
    beside = [place for place, step in enumerate(seen) if step.startswith("file ")][-1]
    assert seen.index("written prometheus.yml") < beside < renames[0]
    assert renames[-1] < seen.index("folder rules")
