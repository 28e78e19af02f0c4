"""The last good trees, and the bytes that they are kept as."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.reload.trees.good_trees import MOST_KEPT, Load, good_tree, hashes_of_good, keep_good, newest
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.state_folder import drop_others, is_kept, keep, kept
from gonogo.reload.trees.switch import settle
from gonogo.reload.trees.switch_trouble import Refused
from gonogo.reload.trees.tree import live_tree
from tests.config_trees import place, write
from tests.failing_sync import fail_sync


def test_an_unverified_tree_is_no_good_tree(tmp_path: Path) -> None:
    """A last good copy is never invented."""
    here = place(tmp_path)
    assert good_tree(here.state, here.live) is None
    assert newest(here.state) is None


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_damaged_good_tree_is_refused(tmp_path: Path, harm: str) -> None:
    """An older copy is not used instead, because it is not the last good copy."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    path = here.state.objects / good.manifest.contents["rules/a.yml"]
    if harm == "missing":
        path.unlink()
    else:
        path.write_text("other\n", encoding="utf-8")
    with pytest.raises(ActionFailed, match="a kept file cannot be used"):
        good_tree(here.state, here.live)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "x"}', '{"schema": "gonogo/good-tree/v1", "kept_at": 1}'])
def test_a_note_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    """The error has the next step."""
    here = place(tmp_path)
    keep_good(here.state, here.live)
    (here.state.good / "00000001.json").write_text(text, encoding="utf-8")
    with pytest.raises(ActionFailed, match="remove the file"):
        good_tree(here.state, here.live)


def test_a_full_disk_keeps_the_trees_that_were_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says that nothing was changed."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    write(here.live.root, {"rules/a.yml": "groups: [] # other\n"})
    fail_sync(monkeypatch, errno.ENOSPC)
    with pytest.raises(Refused, match="make room"):
        keep_good(here.state, here.live)
    assert good_tree(here.state, here.live) == good
    assert [path for path in here.state.objects.iterdir() if path.name.startswith(".")] == []


def test_three_good_trees_are_kept(tmp_path: Path) -> None:
    """The same tree is kept once. Bytes that no kept tree needs are removed when a switch is settled."""
    here = place(tmp_path)
    numbers = []
    for number in range(5):
        write(here.live.root, {"rules/a.yml": f"groups: [] # {number}\n"})
        good, again = keep_good(here.state, here.live), keep_good(here.state, here.live)
        assert good == again
        numbers.append(good.number)
    assert numbers == [1, 2, 3, 4, 5]
    assert len(list(here.state.good.iterdir())) == MOST_KEPT
    settle(here.state)
    assert {path.name for path in here.state.objects.iterdir()} == set(hashes_of_good(here.state))
    last = good_tree(here.state, here.live)
    assert last is not None
    assert last.manifest == snapshot(here.live)


def test_kept_bytes_are_private_and_hold_no_secret_file(tmp_path: Path) -> None:
    """Only the owner can read them, because the configuration may hold a password itself."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    files = [path for path in here.state.folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert not any(b"hunter2" in path.read_bytes() for path in files)
    assert "secrets/password" in good.manifest.entries


def test_a_good_tree_of_another_folder_is_not_used(tmp_path: Path) -> None:
    """The last good copy of another folder proves nothing here."""
    here, elsewhere = place(tmp_path / "a"), place(tmp_path / "b")
    keep_good(here.state, here.live)
    assert good_tree(here.state, elsewhere.live) is None
    assert good_tree(here.state, live_tree(here.live.root / "other.yml")) is None


def test_a_file_that_changed_since_its_hash_is_not_kept(tmp_path: Path) -> None:
    """A file that was removed is refused in the same way."""
    (tmp_path / "x").write_text("x", encoding="utf-8")
    for source in (tmp_path / "x", tmp_path / "y"):
        with pytest.raises(ActionFailed, match="changed while it was kept"):
            keep(tmp_path, [(source, "0" * 64)])


def test_a_damaged_copy_is_written_anew(tmp_path: Path) -> None:
    """A copy with wrong bytes counts as missing."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    sha256 = good.manifest.contents["rules/a.yml"]
    (here.state.objects / sha256).write_text("other\n", encoding="utf-8")
    assert not is_kept(here.state.objects, sha256)
    keep(here.state.objects, [(here.live.path("rules/a.yml"), sha256)])
    assert kept(here.state.objects, sha256) == (here.live.root / "rules/a.yml").read_bytes()


def test_a_missing_folder_of_kept_bytes_is_left_missing(tmp_path: Path) -> None:
    """Dropping unneeded bytes does not make the folder."""
    drop_others(tmp_path / "nowhere", ())
    assert not (tmp_path / "nowhere").exists()


def test_a_later_load_of_the_same_tree_replaces_the_noted_one(tmp_path: Path) -> None:
    """Without a known load, the noted load stays."""
    here = place(tmp_path)
    first, second = Load(1.25, 1000.123), Load(1.25, 1001.5)
    assert keep_good(here.state, here.live).loaded is None
    assert keep_good(here.state, here.live, loaded=first).loaded == first
    assert keep_good(here.state, here.live, loaded=second).loaded == second
    keep_good(here.state, here.live)
    last = good_tree(here.state, here.live)
    assert last is not None
    assert (last.number, last.loaded) == (1, second)
