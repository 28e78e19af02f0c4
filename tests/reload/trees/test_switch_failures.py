"""Steps of a switch that fail, and the state that they leave."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.model.replacing import replace
from gonogo.reload.trees.good_trees import good_tree, keep_good
from gonogo.reload.trees.manifest import MOST_FILES
from gonogo.reload.trees.marker import pending, write_marker
from gonogo.reload.trees.switch import Brought, recover, restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_switch
from gonogo.reload.trees.switch_standing import Standing, TreeSide
from gonogo.reload.trees.switch_trouble import Refused, Stuck, Undone
from tests.config_trees import BOTH_LAYOUTS, OLD, Place, place, switch_now, text_of
from tests.failing_sync import fail_sync


class Failing:
    """Fails at one step, given by its number, as a full disk would."""

    def __init__(self, number: int, times: int = 1) -> None:
        self.steps: list[str] = []
        self._failing = range(number, number + times)

    def __call__(self, step: str) -> None:
        """Remember the step, and fail at some."""
        self.steps.append(step)
        if len(self.steps) - 1 in self._failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/somewhere")


def failure_of(here: Place, failing: Failing) -> Refused | Undone | None:
    """Switch with failures, and return the error, or ``None`` if there were no failures."""
    try:
        switch_now(here, failing)
    except (Refused, Undone) as error:
        return error
    return None


@BOTH_LAYOUTS
def test_a_failure_at_any_step_is_undone_and_reported(tmp_path: Path, make: Callable[[Path], Place]) -> None:
    """Before the first rename nothing was switched. After it the whole old tree is put back."""
    here = make(tmp_path)
    old, number, kinds = here.stand(), 1, set()
    while True:
        failing = Failing(number)
        error = failure_of(here, failing)
        if error is None:
            break
        kinds.add(type(error))
        touched = any(step.startswith(("renamed", "removed", "turned")) for step in failing.steps[: number + 1])
        assert isinstance(error, Undone) == touched, failing.steps
        assert "make room" in error.next_step
        assert (error.why, error.where) == ("No space left on device", "/somewhere")
        assert here.stand() == old
        assert pending(here.state) is None
        number += 1
    assert kinds == {Refused, Undone}
    assert number > 5


def test_an_undo_that_fails_leaves_the_marker(tmp_path: Path) -> None:
    """The error names the state of the live folder. Its next step works once the disk has room."""
    here = place(tmp_path)
    old = here.stand()
    steps = Failing(1000)
    switch_now(here, steps)
    restore(here.state)
    settle(here.state)
    second = next(place for place, step in enumerate(steps.steps) if step.startswith("renamed")) + 1
    plan = plan_switch(here.live, here.staged)
    with pytest.raises(Stuck, match="the live tree is mixed") as caught:
        switch(here.state, plan, Failing(second, 100))
    assert "--recover" in caught.value.next_step
    assert not any(".gonogo" in name for name in here.stand())
    with pytest.raises(Refused, match="an earlier switch has not ended"):
        switch(here.state, plan)
    assert recover(here.state) == Brought(TreeSide.OLD, Standing.MIXED)
    assert here.stand() == old


def test_a_marker_that_cannot_be_removed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old tree is back, but the next reload would find the marker."""
    here = place(tmp_path)
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path == here.state.marker:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(Stuck, match="the live tree is old"):
        switch_now(here, Failing(4))
    with pytest.raises(Refused, match="marker of the switch cannot be removed"):
        settle(here.state)


def test_lost_copies_stop_an_undo_before_the_first_file(tmp_path: Path) -> None:
    """The error names the lost copy, and the live tree is not changed."""
    here = place(tmp_path)
    switch_now(here)
    new = here.stand()
    marker = pending(here.state)
    assert marker is not None
    (here.state.objects / marker.old.contents["prometheus.yml"]).unlink()
    with pytest.raises(Stuck, match="a kept file cannot be used"):
        restore(here.state)
    assert here.stand() == new


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "x"}'])
def test_an_unreadable_marker_stops_switch_undo_and_recovery(tmp_path: Path, text: str) -> None:
    """A damaged marker never counts as missing."""
    here = place(tmp_path)
    plan = plan_switch(here.live, here.staged)
    here.state.make()
    here.state.marker.write_text(text, encoding="utf-8")
    with pytest.raises(ActionFailed, match="its marker cannot be read"):
        switch(here.state, plan)
    for attempt in (restore, recover):
        with pytest.raises(ActionFailed, match="its marker cannot be read"):
            attempt(here.state)


def test_a_file_that_cannot_keep_its_owner_is_not_switched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another owner, the server may be unable to read the file."""
    here = place(tmp_path)
    old = here.stand()
    plan = plan_switch(here.live, here.staged)

    def denied(descriptor: int, uid: int, gid: int) -> None:
        raise PermissionError(errno.EPERM, f"Operation not permitted: {descriptor} {uid} {gid}")

    real = os.fstat
    monkeypatch.setattr(os, "fchown", denied)
    monkeypatch.setattr(os, "fstat", lambda fd: os.stat_result((*real(fd)[:4], 4711, *real(fd)[5:])))
    with pytest.raises(Refused, match="run it as the owner"):
        switch(here.state, plan)
    monkeypatch.undo()
    assert here.stand() == old


def test_a_marker_that_cannot_be_synced_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next reload must not find the marker of a switch that never began."""
    here = place(tmp_path)
    old, plan = here.stand(), plan_switch(here.live, here.staged)
    fail_sync(monkeypatch, errno.EIO, lambda path: path == here.state.folder and here.state.marker.exists())
    with pytest.raises(Refused, match="cannot be prepared"):
        switch(here.state, plan)
    assert pending(here.state) is None
    assert here.stand() == old


def test_a_note_too_large_to_be_read_again_is_not_written(tmp_path: Path) -> None:
    """A marker that cannot be read would make a rollback impossible."""
    here = place(tmp_path)
    here = replace(here, state=replace(here.state, largest_note=1000))
    old = here.stand()
    with pytest.raises(Refused, match="too many and too long"):
        switch_now(here)
    with pytest.raises(Refused, match="too many and too long"):
        keep_good(here.state, here.live)
    assert (pending(here.state), good_tree(here.state, here.live)) == (None, None)
    assert here.stand() == old


def test_the_marker_of_the_largest_switch_can_be_read(tmp_path: Path) -> None:
    """The limits of a tree and of a note agree, also for names of 200 letters that are not UTF-8."""
    here = place(tmp_path)
    switch_now(here)
    marker = pending(here.state)
    assert marker is not None
    folder = os.fsdecode(b"\xff" * 200)
    changes = tuple(replace(marker.changes[0], name=f"{folder}/{number}.yml") for number in range(MOST_FILES))
    entries = {change.name: change.after for change in changes if change.after is not None}
    tree = replace(marker.old, entries=entries)
    large = replace(marker, changes=changes, old=tree, new=tree)
    write_marker(here.state, large)
    assert pending(here.state) == large


def test_with_a_damaged_note_all_copies_are_kept(tmp_path: Path) -> None:
    """The copies that the good tree needs are not known. The switch ends all the same."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    switch_now(here)
    (here.state.good / f"{good.number:08}.json").write_text("{", encoding="utf-8")
    assert settle(here.state) is None
    assert pending(here.state) is None
    assert {path.name for path in here.state.objects.iterdir()} >= set(good.manifest.contents.values())


def test_without_a_state_folder_no_switch_is_settled(tmp_path: Path) -> None:
    """A server that was never reloaded has no state folder."""
    assert settle(place(tmp_path).state) is None


def test_a_plain_user_owns_the_folders_that_a_switch_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root can give the folders to the owner of their parent."""
    here = place(tmp_path, OLD, {"prometheus.yml": "rule_files: [new/*.yml]\n", "new/x.yml": "groups: []\n"})
    plan = plan_switch(here.live, here.staged)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(os, "chown", lambda *_: pytest.fail("it was given away"))
    switch(here.state, plan)
    assert text_of(here.stand())["new/x.yml"] == "groups: []\n"
