"""A switch that is not settled is found by its tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.model.replacing import replace
from gonogo.reload.trees.marker import state_in_force
from gonogo.reload.trees.state_folder import state_folder
from gonogo.reload.trees.switch import recover
from gonogo.reload.trees.tree import Tree
from tests.config_trees import BOTH_LAYOUTS, Place, place, switch_now

ELSEWHERE = "http://prometheus.example:9090"


@BOTH_LAYOUTS
def test_an_unsettled_switch_is_found_under_any_name_of_the_server(
    tmp_path: Path, make: Callable[[Path], Place]
) -> None:
    """A settled switch is not found, nor is a switch of another tree."""
    here = make(tmp_path)
    other = state_folder(tmp_path / ".gonogo", ELSEWHERE)
    assert state_in_force(other, here.live) == other
    switch_now(here)
    assert state_in_force(here.state, here.live) == here.state
    assert state_in_force(other, here.live).folder == here.state.folder
    assert state_in_force(other, Tree(tmp_path, tmp_path, "prometheus.yml")) == other
    assert state_in_force(other, replace(here.live, config="other.yml")) == other
    recover(here.state)
    assert state_in_force(other, here.live).marker == here.state.marker
    here.state.marker.unlink()
    assert state_in_force(other, here.live) == other


def test_an_unreadable_marker_may_be_of_this_tree(tmp_path: Path) -> None:
    """The tree of such a marker is not guessed."""
    here = place(tmp_path)
    here.state.make()
    here.state.marker.write_text("{", encoding="utf-8")
    with pytest.raises(ActionFailed, match="its marker cannot be read"):
        state_in_force(state_folder(tmp_path / ".gonogo", ELSEWHERE), here.live)
