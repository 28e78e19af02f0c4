"""The state before a reload, and the reasons that make a rollback impossible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.model.evidence import TargetHealth
from gonogo.model.replacing import replace
from gonogo.reload.contents import contents_of
from gonogo.reload.result import Became
from gonogo.reload.run import reload
from gonogo.reload.snapshot import discovered_state, is_through, unlike
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import live_tree
from gonogo.server.server_state import ServerState
from tests.config_trees import write
from tests.reload.answering_server import Scene, scene
from tests.reload.test_comparison import BEFORE, target


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Serve good files."""
    with scene(tmp_path) as made:
        yield made


def test_a_file_that_changes_while_it_is_read_is_refused(stage: Scene) -> None:
    """A file that is removed meanwhile is refused too."""
    tree = live_tree(stage.folder / "live" / "prometheus.yml")
    manifest = snapshot(tree)
    rules = stage.folder / "live" / "rules" / "a.yml"
    rules.write_text("groups: []\n", encoding="utf-8")
    with pytest.raises(Unfit, match="changed while it was read"):
        contents_of(tree, manifest)
    rules.unlink()
    with pytest.raises(Unfit, match="cannot be read"):
        contents_of(tree, manifest)


def test_an_unreadable_configuration_is_on_no_server(stage: Scene) -> None:
    """The configuration of the server does not matter."""
    tree = live_tree(stage.folder / "live" / "prometheus.yml")
    write(stage.folder / "live", {"prometheus.yml": "global: {evaluation_interval: soon}\n"})
    assert unlike(contents_of(tree, snapshot(tree)), stage.server.state_now)


def test_a_damaged_good_tree_is_a_refusal(stage: Scene) -> None:
    """An older copy is not used, because it is not the last good one."""
    request = stage.request(in_place=True)
    assert reload(request).became is Became.RELOADED
    for kept in stage.state().objects.iterdir():
        kept.write_text("spoilt", encoding="utf-8")
    result = reload(request)
    assert result.became is Became.REFUSED
    assert any("the hash that is its name" in reason for reason in result.reasons), result.reasons


JUST_LOADED = replace(BEFORE, now=901.0)
"""Its last load was at 900."""
UNKNOWN = replace(JUST_LOADED, targets=(target(health=TargetHealth.UNKNOWN),))
WITHOUT_POOL = replace(JUST_LOADED, pools=(), targets=())


AT_ONCE = timedelta(milliseconds=1)


def shown(*each: ServerState) -> Callable[[], ServerState]:
    """Show one state after another."""
    return iter(each).__next__


@pytest.mark.parametrize("early", [UNKNOWN, WITHOUT_POOL])
def test_a_snapshot_waits_for_a_server_that_has_just_loaded(early: ServerState) -> None:
    """Each job needs its pool, and each target its health."""
    assert not is_through(early)
    again = replace(JUST_LOADED, now=902.0)
    assert discovered_state(shown(early, early, JUST_LOADED, again), every=AT_ONCE) is again


def test_a_snapshot_waits_for_the_targets_of_a_new_pool() -> None:
    """The requests of one look run one after another, so the list of targets may be older than that of pools."""
    no_target_yet = replace(JUST_LOADED, targets=())
    assert is_through(no_target_yet)
    assert discovered_state(shown(no_target_yet, UNKNOWN, JUST_LOADED, JUST_LOADED), every=AT_ONCE) is JUST_LOADED


@pytest.mark.parametrize(("early", "end"), [(WITHOUT_POOL, 915.0), (UNKNOWN, 930.0)])
def test_the_wait_ends_by_the_clock_of_the_server(early: ServerState, end: float) -> None:
    """The wait ends 15 s after the load. A target without health gets its interval of 15 s in addition."""
    before, late = replace(early, now=end - 0.1), replace(early, now=end)
    assert discovered_state(shown(before, late), every=AT_ONCE) is late


def test_a_snapshot_waits_for_pools_of_scrape_files() -> None:
    """The server does not show the jobs of these files, so their number is unknown.

    After a verified load there is no wait.
    """
    early = replace(JUST_LOADED, configuration=f"{JUST_LOADED.configuration}\nscrape_config_files: [a.yml]")
    late = replace(early, now=915.0)
    assert discovered_state(shown(early, late), every=AT_ONCE) is late
    verified = Load(early.vitals.born, 900.0)
    assert discovered_state(shown(early, early), verified, AT_ONCE) is early
    assert discovered_state(shown(early, late), Load(early.vitals.born, 899.0), AT_ONCE) is late


def test_without_a_list_of_pools_the_targets_decide() -> None:
    """A server without a list of pools is older than 2.42."""
    assert is_through(replace(JUST_LOADED, pools=None))
    assert not is_through(replace(UNKNOWN, pools=None))
