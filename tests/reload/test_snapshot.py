"""The state before a reload, and the reasons that make a rollback impossible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.reload.contents import contents_of
from gonogo.reload.result import Became
from gonogo.reload.run import reload
from gonogo.reload.snapshot import unlike
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import live_tree
from tests.config_trees import write
from tests.reload.answering_server import Scene, scene


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Put a server over good files."""
    with scene(tmp_path) as made:
        yield made


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
    """The server's answer does not matter."""
    tree = live_tree(stage.folder / "live" / "prometheus.yml")
    write(stage.folder / "live", {"prometheus.yml": "global: {evaluation_interval: soon}\n"})
    assert unlike(contents_of(tree, snapshot(tree)), stage.server.state_now)


def test_a_good_tree_that_is_damaged_is_told(stage: Scene) -> None:
    """An older one would not be the last good one."""
    request = stage.request(in_place=True)
    assert reload(request).became is Became.RELOADED
    for kept in stage.state().objects.iterdir():
        kept.write_text("spoilt", encoding="utf-8")
    result = reload(request)
    assert result.became is Became.REFUSED
    assert any("the hash that is its name" in reason for reason in result.reasons), result.reasons
