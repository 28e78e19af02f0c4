"""Somebody else's changes while a switch is not settled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.actuators.recover_marker import pending
from gonogo.actuators.switch import recover, restore, settle, switch
from gonogo.actuators.switch_plan import plan_switch
from gonogo.actuators.switch_standing import Standing
from gonogo.actuators.switch_trouble import Undone
from gonogo.errors import ActionFailed
from tests.config_trees import OLD, linked_place, place, switch_now, text_of, write


def test_somebody_elses_change_is_not_overwritten_unless_told(tmp_path: Path) -> None:
    """Nothing is touched; told to, its bytes are kept and it is said where."""
    here = place(tmp_path)
    old = here.stand()
    switch_now(here)
    write(here.live.root, {"rules/a.yml": "theirs\n"})
    theirs = here.stand()
    for attempt in (restore, recover):
        with pytest.raises(ActionFailed, match=r"somebody else changed files since the switch began: rules/a\.yml"):
            attempt(here.state)
        assert here.stand() == theirs
    brought = restore(here.state, overwrite=True)
    ((name, kept),) = brought.overwritten
    assert (name, kept.read_text(encoding="utf-8")) == ("rules/a.yml", "theirs\n")
    assert brought.found is Standing.FOREIGN
    assert here.stand() == old
    settle(here.state)
    assert kept.exists()


def test_a_pipe_in_the_place_of_a_file_stops_the_way_back(tmp_path: Path) -> None:
    """Its bytes cannot be kept, so it is not overwritten even if told."""
    here = place(tmp_path)
    switch_now(here)
    (here.live.root / "rules/a.yml").unlink()
    os.mkfifo(here.live.root / "rules/a.yml")
    with pytest.raises(ActionFailed, match="it is a pipe"):
        restore(here.state, overwrite=True)


def test_somebody_elses_link_is_not_turned_unless_told(tmp_path: Path) -> None:
    """A third release may be there for a reason."""
    here = linked_place(tmp_path)
    old = here.stand()
    switch_now(here)
    here.live.root.unlink()
    here.live.root.symlink_to("releases/3")
    with pytest.raises(ActionFailed, match="the link of the tree"):
        restore(here.state)
    assert restore(here.state, overwrite=True).found is Standing.FOREIGN
    assert here.stand() == old
    here.live.root.unlink()
    write(here.live.root, OLD)
    with pytest.raises(ActionFailed, match="there is no link any more"):
        restore(here.state, overwrite=True)


@pytest.mark.parametrize("theirs", ["[2]\n", None])
def test_targets_that_were_written_meanwhile_are_left(tmp_path: Path, theirs: str | None) -> None:
    """Their program writes them whenever it likes, and Prometheus reads them without a reload."""
    here = place(tmp_path)
    switch_now(here)
    path = here.live.root / "targets/api.json"
    path.unlink()
    if theirs:
        write(here.live.root, {"targets/api.json": theirs})
    assert restore(here.state).overwritten == ()
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == theirs


def test_other_differences_are_told_beside(tmp_path: Path) -> None:
    """What the switch did not touch is not its to mend; nor is a tree that cannot be taken."""
    here = place(tmp_path)
    switch_now(here)
    write(here.live.root, {"rules/b.yml": "theirs\n"})
    assert restore(here.state).besides == ("rules/b.yml has other bytes",)
    os.mkfifo(here.live.root / "rules/pipe.yml")
    assert restore(here.state).besides == ("rules/pipe.yml: it is a pipe, no regular file",)


def test_a_change_behind_the_switchs_back_is_noticed_and_undone(tmp_path: Path) -> None:
    """A file that was equal on both sides is another one when the switch ends."""
    here = place(tmp_path)

    def meddle(step: str) -> None:
        if step == "marked":
            write(here.live.root, {"rules/b.yml": "theirs\n"})

    with pytest.raises(Undone, match=r"rules/b\.yml has other bytes"):
        switch_now(here, meddle)
    texts = text_of(here.stand())
    assert texts == {**OLD, "rules/b.yml": "theirs\n"}


def test_a_staged_file_that_changed_since_the_plan_is_refused(tmp_path: Path) -> None:
    """What was linted is what is switched, or nothing."""
    here = place(tmp_path)
    plan, old = plan_switch(here.live, here.staged), here.stand()
    write(here.staged.root, {"rules/a.yml": "another\n"})
    with pytest.raises(ActionFailed, match="changed while it was kept"):
        switch(here.state, plan)
    assert here.stand() == old
    assert pending(here.state) is None
