"""What there is before anything is touched, and what keeps it from being undone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gonogo.actuators.manifest import snapshot
from gonogo.actuators.switch_trouble import Unfit
from gonogo.actuators.tree import live_tree
from gonogo.app.reloading.contents import contents_of
from gonogo.app.reloading.snapshot import Snapshot, secrets_changed, snapshot_step, unlike
from gonogo.app.reloading.transaction import reload
from gonogo.reloading.result import Became
from tests.app.reloading.server_in_memory import CONFIG, FILES, Scene, scene
from tests.config_trees import write

SECRET = CONFIG.replace("  scheme: http\n", "  scheme: http\n  basic_auth: {username: u, password_file: password}\n")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Put a server over good files."""
    return scene(tmp_path, monkeypatch)


def taken(stage: Scene) -> Snapshot:
    """Take a snapshot of what is live."""
    request, found = stage.request(in_place=True), Snapshot()
    snapshot_step(request, stage.place(request), found)
    return found


def test_a_file_that_changes_while_it_is_read_is_refused(stage: Scene) -> None:
    """So is one that is gone."""
    tree = live_tree(stage.folder / "live" / "prometheus.yml")
    manifest = snapshot(tree)
    rules = stage.folder / "live" / "rules" / "a.yml"
    rules.write_text("groups: []\n", encoding="utf-8")
    with pytest.raises(Unfit, match="changed while it was read"):
        contents_of(tree, manifest)
    rules.unlink()
    with pytest.raises(Unfit, match="cannot be read"):
        contents_of(tree, manifest)


def test_a_configuration_that_cannot_be_compared_is_on_no_server(stage: Scene) -> None:
    """Whatever the server says."""
    tree = live_tree(stage.folder / "live" / "prometheus.yml")
    write(stage.folder / "live", {"prometheus.yml": "global: {evaluation_interval: soon}\n"})
    assert unlike(contents_of(tree, snapshot(tree)), stage.server.state_now)


def test_a_secret_that_was_written_since_is_a_change(stage: Scene) -> None:
    """By the good tree's note of it; while there is none, by the time of the last success."""
    write(stage.folder / "live", {"prometheus.yml": SECRET, "password": "hunter2"})
    stage.server.read()
    secret = stage.folder / "live" / "password"
    os.utime(secret, (10, 10))
    assert not secrets_changed(taken(stage))
    assert reload(stage.request(in_place=True)).became is Became.UNCHANGED
    os.utime(secret, (11, 11))
    assert secrets_changed(taken(stage))
    assert reload(stage.request(in_place=True)).became is Became.RELOADED
    assert secrets_changed(Snapshot())
    without = replace(taken(stage), good=None)
    os.utime(secret)
    later = taken(stage)
    assert not secrets_changed(without)
    assert secrets_changed(replace(later, good=None))


def test_a_good_tree_that_is_damaged_is_told(stage: Scene) -> None:
    """An older one would not be the last good one."""
    request = stage.request(in_place=True)
    assert reload(request).became is Became.UNCHANGED
    for kept in stage.place(request).state.objects.iterdir():
        kept.write_text("spoilt", encoding="utf-8")
    result = reload(request)
    assert result.became is Became.REFUSED
    assert any("the hash that is its name" in reason for reason in result.reasons), result.reasons


def test_edited_files_that_a_restart_has_loaded_are_unchanged_and_kept(stage: Scene) -> None:
    """The server has what is on disk, though not the last good tree."""
    assert reload(stage.request(in_place=True)).became is Became.UNCHANGED
    write(stage.folder / "live", {"rules/c.yml": FILES["rules/a.yml"].replace("name: a", "name: c")})
    stage.server.read()
    result = reload(stage.request(in_place=True))
    assert result.became is Became.UNCHANGED, result
    assert stage.server.asked == 0
