"""Manifests of trees: read and compared."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from gonogo.disk.regular_file import NotReadable
from gonogo.reload.trees.manifest import (
    as_json,
    content_differences,
    entry_at,
    from_json,
    snapshot,
)
from gonogo.reload.trees.rights import Rights
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import FileKind, live_tree
from tests.config_trees import CONFIG, differences, place, same, write
from tests.marked_files import ACL, OWN, acl


def test_all_unfit_files_are_listed_at_once(tmp_path: Path) -> None:
    """A pipe, a folder and a link to nowhere are in one answer, and the read waits for none of them."""
    here = place(tmp_path)
    os.mkfifo(here.live.root / "rules/pipe.yml")
    (here.live.root / "rules/folder.yml").mkdir()
    (here.live.root / "rules/link.yml").symlink_to("nowhere")
    with pytest.raises(Unfit) as caught:
        snapshot(here.live)
    assert len(caught.value.reasons) == 3
    assert "rules/pipe.yml: it is a pipe" in caught.value.why
    assert caught.value.exit_code == 1


def test_a_tree_without_its_configuration_is_unfit(tmp_path: Path) -> None:
    """No server can reload a tree without its configuration."""
    with pytest.raises(Unfit, match=r"prometheus.yml is missing"):
        snapshot(live_tree(tmp_path / "prometheus.yml"))


def test_the_size_of_a_tree_is_bounded(tmp_path: Path) -> None:
    """The limits are a number of files and a number of bytes."""
    live = place(tmp_path).live
    with pytest.raises(Unfit, match="8 files, at most 3"):
        snapshot(live, most_files=3)
    with pytest.raises(Unfit, match="larger than 0 MiB"):
        snapshot(live, largest=3)


def test_a_manifest_has_hash_rights_and_link(tmp_path: Path) -> None:
    """The hash of a link is that of the file behind the link."""
    here = place(tmp_path)
    os.removexattr(here.live.root / "prometheus.yml", OWN)
    (here.live.root / "rules/link.yml").symlink_to("a.yml")
    entries = snapshot(here.live).entries
    config, link = entries["prometheus.yml"], entries["rules/link.yml"]
    assert config.sha256 == hashlib.sha256(CONFIG.encode()).hexdigest()
    acl_there = ((ACL, acl().hex()),)
    assert (config.rights, config.link) == (Rights(0o640, os.getuid(), os.getgid(), acl_there), None)
    assert (link.link, link.sha256) == ("a.yml", entries["rules/a.yml"].sha256)


def test_a_secret_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest has no byte of the secret and no hash of its bytes."""
    here = place(tmp_path)
    opened: list[str] = []
    really = os.open

    def watched(path: str | Path, *how: int, **more: int) -> int:
        opened.append(Path(path).name)
        return really(path, *how, **more)

    monkeypatch.setattr(os, "open", watched)
    taken = snapshot(here.live)
    assert "a.yml" in opened
    assert "password" not in opened
    assert taken.entries["secrets/password"].sha256 == ""
    assert hashlib.sha256(b"hunter2\n").hexdigest() not in json.dumps(as_json(taken))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("rules/a.yml", "has other bytes"),
        ("secrets/password", "has other bytes"),
        ("targets/api.json", "has other bytes"),
    ],
)
def test_another_byte_is_a_difference(tmp_path: Path, name: str, what: str) -> None:
    """For a referenced file, the time of the last write is compared instead of the bytes."""
    here = place(tmp_path)
    before = snapshot(here.live)
    assert same(here.live, before)
    (here.live.root / name).write_text("other\n", encoding="utf-8")
    os.utime(here.live.root / name, ns=(1, 1))
    assert not same(here.live, before)
    assert differences(before, snapshot(here.live)) == (f"{name} {what}",)


def test_new_files_missing_files_and_modes_are_differences(tmp_path: Path) -> None:
    """A server reads no modes, and an additional certificate has no effect on it."""
    here = place(tmp_path)
    (here.live.root / "tls/ca.pem").unlink()
    before = snapshot(here.live)
    (here.live.root / "rules/a.yml").chmod(0o600)
    (here.live.root / "rules/b.yml").unlink()
    write(here.live.root, {"rules/z.yml": "", "tls/ca.pem": "x"})
    now = snapshot(here.live)
    come_and_gone = ("rules/b.yml is missing", "rules/z.yml was not there")
    assert differences(before, now) == (
        "rules/a.yml has another mode, owner or attribute",
        *come_and_gone,
        "tls/ca.pem was not there",
    )
    assert content_differences(before, now) == come_and_gone


def test_a_link_to_a_file_with_the_same_bytes_is_no_difference(tmp_path: Path) -> None:
    """The bytes behind the link count."""
    here = place(tmp_path)
    before = snapshot(here.live)
    (here.live.root / "rules/b.yml").rename(tmp_path / "b")
    (here.live.root / "rules/b.yml").symlink_to(tmp_path / "b")
    assert same(here.live, before)


def test_a_manifest_survives_json(tmp_path: Path) -> None:
    """File names that are not UTF-8 survive too."""
    here = place(tmp_path)
    Path(os.fsdecode(os.fsencode(here.live.root / "rules") + b"/\xff.yml")).write_text("", encoding="utf-8")
    taken = snapshot(here.live)
    assert from_json(json.loads(json.dumps(as_json(taken)))) == taken


def test_a_missing_file_has_no_entry(tmp_path: Path) -> None:
    """A link that leads nowhere is an error, not a missing file."""
    assert entry_at(tmp_path / "x", FileKind.RULES) is None
    (tmp_path / "x").symlink_to("nowhere")
    with pytest.raises(NotReadable, match="nowhere"):
        entry_at(tmp_path / "x", FileKind.RULES)
