"""Waiting until a server has found its targets and scraped each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gonogo.model.evidence import TargetHealth
from gonogo.reload import snapshot
from gonogo.reload.snapshot import discovered_state, is_through
from gonogo.reload.trees.good_trees import Load
from gonogo.server.server_state import ServerState
from tests.reload.test_comparison import BEFORE, target

JUST_LOADED = replace(BEFORE, now=901.0)
"""Its last load was at 900."""
UNKNOWN = replace(JUST_LOADED, targets=(target(health=TargetHealth.UNKNOWN),))
WITHOUT_POOL = replace(JUST_LOADED, pools=(), targets=())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "LOOK_EVERY", 0.001)


def shown(*each: ServerState) -> Callable[[], ServerState]:
    """Show one state after the other."""
    return iter(each).__next__


@pytest.mark.parametrize("early", [UNKNOWN, WITHOUT_POOL])
def test_a_server_that_has_just_loaded_is_waited_for(early: ServerState) -> None:
    """Until each job has its pool and each target its health."""
    assert not is_through(early)
    again = replace(JUST_LOADED, now=902.0)
    assert discovered_state(shown(early, early, JUST_LOADED, again)) is again


def test_a_pool_whose_targets_come_a_moment_later_is_waited_for() -> None:
    """The questions of one look are answered one after another: the list of targets may be older than that of pools."""
    no_target_yet = replace(JUST_LOADED, targets=())
    assert is_through(no_target_yet)
    assert discovered_state(shown(no_target_yet, UNKNOWN, JUST_LOADED, JUST_LOADED)) is JUST_LOADED


@pytest.mark.parametrize(("early", "end"), [(WITHOUT_POOL, 915.0), (UNKNOWN, 930.0)])
def test_the_wait_ends_by_the_clock_of_the_server(early: ServerState, end: float) -> None:
    """15 s after the load; a target without health gets its interval of 15 s in addition."""
    before, late = replace(early, now=end - 0.1), replace(early, now=end)
    assert discovered_state(shown(before, late)) is late


def test_the_pools_of_scrape_files_are_waited_for_after_a_load_that_was_not_verified() -> None:
    """The server does not show the jobs that it has from such files, so nobody knows how many pools are due."""
    early = replace(JUST_LOADED, configuration=f"{JUST_LOADED.configuration}\nscrape_config_files: [a.yml]")
    late = replace(early, now=915.0)
    assert discovered_state(shown(early, late)) is late
    verified = Load(early.vitals.born, 900.0)
    assert discovered_state(shown(early, early), verified) is early
    assert discovered_state(shown(early, late), Load(early.vitals.born, 899.0)) is late


def test_a_server_that_does_not_list_pools_is_judged_by_its_targets() -> None:
    """A server without a list of pools is older than 2.42."""
    assert is_through(replace(JUST_LOADED, pools=None))
    assert not is_through(replace(UNKNOWN, pools=None))
