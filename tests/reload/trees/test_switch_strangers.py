"""Changes by another program during a switch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.reload.trees.good_trees import good_tree, keep_good
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.switch import recover, restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_in_place, plan_switch
from gonogo.reload.trees.switch_standing import Standing
from gonogo.reload.trees.switch_trouble import Refused, Strangers, Stuck, Undone
from tests.config_trees import OLD, Place, linked_place, place, switch_now, text_of, write


def test_a_foreign_change_is_overwritten_only_on_request(tmp_path: Path) -> None:
    """Without ``overwrite`` no file is changed. With it, the foreign bytes are kept and their path is returned."""
    here = place(tmp_path)
    old = here.stand()
    switch_now(here)
    write(here.live.root, {"rules/a.yml": "theirs\n"})
    theirs = here.stand()
    for attempt in (restore, recover):
        with pytest.raises(ActionFailed, match=r"somebody else changed files since the switch began: rules/a\.yml"):
            attempt(here.state)
        assert here.stand() == theirs
    with pytest.raises(Strangers, match="gonogo reload --recover --overwrite"):
        recover(here.state)
    brought = restore(here.state, overwrite=True)
    ((name, kept),) = brought.overwritten
    assert (name, kept.read_text(encoding="utf-8")) == ("rules/a.yml", "theirs\n")
    assert brought.found is Standing.FOREIGN
    assert here.stand() == old
    settle(here.state)
    assert kept.exists()


def test_a_pipe_in_the_place_of_a_file_stops_an_undo(tmp_path: Path) -> None:
    """The bytes of a pipe cannot be kept, so it is not overwritten, even with ``overwrite``."""
    here = place(tmp_path)
    switch_now(here)
    (here.live.root / "rules/a.yml").unlink()
    os.mkfifo(here.live.root / "rules/a.yml")
    write(here.live.root, {"rules/c.yml": "theirs\n"})
    for overwrite in (False, True):
        with pytest.raises(Strangers, match="these files cannot be copied: move them away") as caught:
            restore(here.state, overwrite=overwrite)
        assert "rules/a.yml (it is a pipe" in caught.value.what
        assert "rules/c.yml" not in caught.value.what


def test_a_foreign_link_is_turned_only_on_request(tmp_path: Path) -> None:
    """Another program may have deployed a third release for a reason."""
    here = linked_place(tmp_path)
    old = here.stand()
    switch_now(here)
    here.live.root.unlink()
    here.live.root.symlink_to("releases/3")
    with pytest.raises(ActionFailed, match=f"the link {here.live.root}"):
        restore(here.state)
    assert restore(here.state, overwrite=True).found is Standing.FOREIGN
    assert here.stand() == old
    here.live.root.unlink()
    write(here.live.root, OLD)
    with pytest.raises(ActionFailed, match="there is no link any more"):
        restore(here.state, overwrite=True)


@pytest.mark.parametrize("theirs", ["[2]\n", None])
def test_an_undo_leaves_targets_that_changed_meanwhile(tmp_path: Path, theirs: str | None) -> None:
    """Another program writes target files at any time, and Prometheus reads them without a reload."""
    here = place(tmp_path)
    switch_now(here)
    path = here.live.root / "targets/api.json"
    path.unlink()
    if theirs:
        write(here.live.root, {"targets/api.json": theirs})
    assert restore(here.state).overwritten == ()
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == theirs


def test_other_differences_are_reported_besides(tmp_path: Path) -> None:
    """The switch does not repair files that it did not change, nor a tree that cannot be read."""
    here = place(tmp_path)
    switch_now(here)
    write(here.live.root, {"rules/b.yml": "theirs\n"})
    assert restore(here.state).besides == ("rules/b.yml has other bytes",)
    os.mkfifo(here.live.root / "rules/pipe.yml")
    assert restore(here.state).besides == ("rules/pipe.yml: it is a pipe, no regular file",)


def test_a_foreign_change_during_a_switch_undoes_the_switch(tmp_path: Path) -> None:
    """At the end of the switch, a file differs that was equal in both trees."""
    here = place(tmp_path)

    def meddle(step: str) -> None:
        if step == "marked":
            write(here.live.root, {"rules/b.yml": "theirs\n"})

    with pytest.raises(Undone, match=r"rules/b\.yml has other bytes"):
        switch_now(here, meddle)
    texts = text_of(here.stand())
    assert texts == {**OLD, "rules/b.yml": "theirs\n"}


def test_a_staged_file_that_changed_since_the_plan_is_refused(tmp_path: Path) -> None:
    """The switch takes exactly the linted files, or none."""
    here = place(tmp_path)
    plan, old = plan_switch(here.live, here.staged), here.stand()
    write(here.staged.root, {"rules/a.yml": "another\n"})
    with pytest.raises(ActionFailed, match="changed while it was kept"):
        switch(here.state, plan)
    assert here.stand() == old
    assert pending(here.state) is None


def edited_at(here: Place, step: str, name: str) -> Callable[[str], None]:
    """Make a listener that edits a file of the live tree at a step, as another program would."""

    def at_step(now: str) -> None:
        if now == step:
            write(here.live.root, {name: "theirs\n"})

    return at_step


@pytest.mark.parametrize("step", ["begun", "marked", "written prometheus.yml"])
@pytest.mark.parametrize("name", ["rules/a.yml", "rules/c.yml", "rules/gone.yml"])
def test_an_edit_before_the_first_rename_stays(tmp_path: Path, step: str, name: str) -> None:
    """The edited file is a replaced, a new or a removed one. No file is switched, and no temporary file is left."""
    here = place(tmp_path)
    old = text_of(here.stand())
    if (step, name) == ("begun", "rules/c.yml"):
        step = "kept both sides"  # there is nothing to keep of a file that was not there
    with pytest.raises(Refused):
        switch_now(here, edited_at(here, step, name))
    assert text_of(here.stand()) == {**old, name: "theirs\n"}
    assert pending(here.state) is None


def test_in_place_a_newer_edit_stays(tmp_path: Path) -> None:
    """The switch is refused, because the checked file is not on disk any more."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    write(here.live.root, {"rules/a.yml": "groups: []\n"})
    plan = plan_in_place(here.state, here.live, good)
    with pytest.raises(Refused, match="nothing was switched"):
        switch(here.state, plan, edited_at(here, "marked", "rules/a.yml"))
    assert (here.live.root / "rules/a.yml").read_text(encoding="utf-8") == "theirs\n"
    assert pending(here.state) is None


def test_an_edit_between_two_renames_stays_until_a_person_decides(tmp_path: Path) -> None:
    """The undo would lose the edit, so the switch is stuck. With ``overwrite``, the edit is copied first."""
    here = place(tmp_path)
    old = here.stand()
    with pytest.raises(Stuck, match="the live tree is foreign") as caught:
        switch_now(here, edited_at(here, "renamed rules/c.yml", "rules/a.yml"))
    assert caught.value.next_step.startswith("gonogo reload --recover --overwrite")
    assert (here.live.root / "rules/a.yml").read_text(encoding="utf-8") == "theirs\n"
    with pytest.raises(Refused, match="somebody else changed files"):
        recover(here.state)
    brought = recover(here.state, overwrite=True)
    assert brought is not None
    assert [kept.read_text(encoding="utf-8") for _, kept in brought.overwritten] == ["theirs\n"]
    assert here.stand() == old


def test_an_edit_after_the_copy_is_not_overwritten(tmp_path: Path) -> None:
    """Only the copied bytes may be overwritten."""
    here = place(tmp_path)
    switch_now(here)
    write(here.live.root, {"rules/a.yml": "first\n"})
    with pytest.raises(Stuck, match="somebody else changed files"):
        restore(here.state, edited_at(here, "written rules/a.yml", "rules/a.yml"), overwrite=True)
    assert (here.live.root / "rules/a.yml").read_text(encoding="utf-8") == "theirs\n"


def test_an_undo_reports_a_removed_file(tmp_path: Path) -> None:
    """A missing file has no bytes to copy. With ``overwrite``, the undo puts the old file back."""
    here = place(tmp_path)
    old = here.stand()
    switch_now(here)
    (here.live.root / "rules/a.yml").unlink()
    with pytest.raises(ActionFailed, match=r"rules/a\.yml \(is gone\)"):
        restore(here.state)
    assert restore(here.state, overwrite=True).overwritten == ()
    assert here.stand() == old


def test_a_file_that_cannot_be_copied_is_not_overwritten(tmp_path: Path) -> None:
    """No file is changed, and the marker stays."""
    here = place(tmp_path)
    switch_now(here)
    write(here.live.root, {"rules/a.yml": "theirs\n"})
    theirs = here.stand()
    here.state.overwritten.rmdir()
    with pytest.raises(Refused, match="cannot be copied first"):
        restore(here.state, overwrite=True)
    assert here.stand() == theirs
    assert pending(here.state) is not None


def test_an_undo_leaves_targets_that_became_a_pipe(tmp_path: Path) -> None:
    """A file of targets is never opened during an undo, so that no read can hang."""
    here = place(tmp_path)
    switch_now(here)
    (here.live.root / "targets/api.json").unlink()
    os.mkfifo(here.live.root / "targets/api.json")
    assert restore(here.state).besides == ("targets/api.json: it is a pipe, no regular file",)


def test_a_link_turned_to_another_release_stops_the_switch(tmp_path: Path) -> None:
    """A deployment turns the link while the switch is verified. The link is not turned back."""
    here = linked_place(tmp_path)

    def turn(step: str) -> None:
        if step == "turned the link live":
            here.live.root.unlink()
            here.live.root.symlink_to("releases/3")

    with pytest.raises(Stuck, match=f"the link {here.live.root}"):
        switch_now(here, turn)
    assert here.live.root.readlink() == Path("releases/3")


def test_a_link_turned_back_undoes_the_switch(tmp_path: Path) -> None:
    """Another program turned the link back. The error says that the old tree is back."""
    here = linked_place(tmp_path)
    old = here.stand()

    def turn(step: str) -> None:
        if step == "turned the link live":
            here.live.root.unlink()
            here.live.root.symlink_to("releases/1")

    with pytest.raises(Undone, match="the old tree is back") as caught:
        switch_now(here, turn)
    assert caught.value.why == f"the link {here.live.root} leads elsewhere"
    assert here.stand() == old


def test_a_tree_changed_after_its_verification_is_not_kept_as_good(tmp_path: Path) -> None:
    """The switch is settled all the same, because the verified tree was on disk."""
    here = place(tmp_path)
    switch_now(here)
    write(here.live.root, {"rules/b.yml": "theirs\n"})
    assert settle(here.state, here.live) is None
    assert good_tree(here.state, here.live) is None
    assert pending(here.state) is None
    assert settle(here.state, here.live) == good_tree(here.state, here.live)
