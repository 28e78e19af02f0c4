"""The transaction over the answers of a server: every way in which it may go, with the files that are left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.disk import durable
from gonogo.errors import ActionFailed, Busy
from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from gonogo.reload import asking, disk_steps, judging, run
from gonogo.reload.place import ReloadRequest
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import as_run, reload
from gonogo.reload.trees.marker import Plan, pending
from gonogo.reload.trees.reload_lock import hold_server
from gonogo.reload.trees.state_folder import StateFolder
from gonogo.reload.trees.switch import switch
from tests.config_trees import write
from tests.reload.answering_server import FILES, MORE, NOT_READY, NOT_SENT, REJECTED, UNANSWERED, Scene, scene
from tests.reload_moment import At

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

NEW = {**FILES, "rules/b.yml": MORE}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Put a server over good files; nothing sleeps."""
    monkeypatch.setattr(asking, "wait", lambda _: None)
    with scene(tmp_path) as made:
        yield made


def told(result: ReloadResult) -> str:
    """Give all that a result says."""
    return "\n".join((result.became, result.detail, *result.reasons))


def steps(result: ReloadResult) -> list[ReloadStep]:
    """Name the steps that were taken."""
    return [step.step for step in result.steps]


def killed(request: ReloadRequest, step: ReloadStep) -> None:
    """Reload in a child that ends at once when a step begins."""
    child = os.fork()
    if child == 0:
        reload(request, At(step, lambda: os._exit(9)))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def interrupt() -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


def test_a_staged_tree_is_reloaded(stage: Scene) -> None:
    """Every step in its order; as a run it passes."""
    result = reload(stage.request())
    assert result.became is Became.RELOADED, told(result)
    expected = [*tuple(ReloadStep)[: tuple(ReloadStep).index(ReloadStep.KEEP) + 1], ReloadStep.METRICS]
    assert steps(result) == expected
    assert stage.live() == NEW
    assert as_run(result).passed
    assert as_run(result).seen == {"outcome": "reloaded"}


def test_a_rejected_reload_is_undone_and_never_asked_again_forth(stage: Scene) -> None:
    """After one 500 the old files come back, then a reload of these."""
    stage.server.replies = [REJECTED]
    result = reload(stage.request())
    assert result.became is Became.ROLLED_BACK, told(result)
    assert (stage.server.asked, stage.live()) == (2, FILES)
    assert steps(result)[-6:] == [
        *(ReloadStep.RESTORE, ReloadStep.TRIGGER_OLD, ReloadStep.SETTLE_OLD),
        *(ReloadStep.VERIFY_OLD, ReloadStep.KEEP_OLD, ReloadStep.METRICS),
    ]
    run = as_run(result)
    assert run.detail.startswith(
        f"rolled-back, the old files are back, loaded and verified: {stage.server.url}/-/reload answered 500"
    )


def test_what_did_not_happen_is_asked_again_at_most_three_times(stage: Scene) -> None:
    """Then it goes back; where nothing was ever reloaded, the server still has the old tree."""
    refused = NOT_READY
    stage.server.replies = [refused, refused]
    result = reload(stage.request())
    assert (result.became, result.retries) == (Became.RELOADED, 2), told(result)
    write(stage.folder / "staged", {"rules/c.yml": MORE.replace("b", "c")})
    stage.server.replies = [refused] * 8
    result = reload(stage.request())
    assert (result.became, result.retries) == (Became.ROLLED_BACK, 6), told(result)
    assert result.steps[-3].detail == "no reload happened, and the server has its old configuration"


def test_a_way_back_that_fails_is_loud(stage: Scene) -> None:
    """The old files are on disk, the marker exists, the answer has the commands, and a recovery proves it later."""
    stage.server.replies = [REJECTED, REJECTED]
    request = stage.request()
    result = reload(request)
    assert result.became is Became.FAILED, told(result)
    assert result.detail == "the old files are back, but the server is not proved to have loaded them"
    assert result.commands
    assert pending(stage.state()) is not None
    assert stage.live() == FILES
    again = recover(request)
    assert again.became is Became.ROLLED_BACK, told(again)
    assert recover(request).became is Became.UNCHANGED


def test_a_server_that_was_reloaded_by_others_on_the_way_back_is_not_proved(stage: Scene) -> None:
    """Ours never happened, and theirs did."""
    stage.server.replies = [NOT_SENT, NOT_SENT]

    def theirs() -> None:
        if stage.server.asked == 2:
            stage.server.tell(success_at=5000.0)

    stage.server.before_answer = theirs
    result = reload(stage.request())
    assert result.became is Became.FAILED, told(result)
    assert "the server was restarted or reloaded since, and not by gonogo" in told(result)


def test_files_that_somebody_else_changed_meanwhile_are_named(stage: Scene) -> None:
    """These files do not belong to the switch. They stay, and may be the cause of the failure."""
    stage.server.replies = [REJECTED]
    stage.server.before_answer = lambda: write(stage.folder / "live", {"rules/a.yml": MORE.replace("c", "d")})
    result = reload(stage.request())
    expected = "somebody else changed a file meanwhile, and gonogo did not overwrite it: rules/a.yml has other bytes"
    assert result.became is Became.FAILED, told(result)
    assert expected in result.reasons, told(result)
    again = recover(stage.request())
    assert expected in again.reasons, told(again)


def test_files_that_cannot_be_put_back_are_loud(stage: Scene) -> None:
    """Another program wrote into the files meanwhile. They are not overwritten."""

    def theirs() -> None:
        (stage.folder / "live" / "rules" / "b.yml").write_text("groups: [] # theirs\n", encoding="utf-8")

    stage.server.replies = [REJECTED]
    result = reload(stage.request(), At(ReloadStep.RESTORE, theirs))
    assert result.became is Became.FAILED, told(result)
    assert result.detail == "the old files could not be put back"
    assert "theirs" in stage.live()["rules/b.yml"]
    lost = recover(stage.request())
    assert lost.became is Became.FAILED
    assert lost.detail == "the files could not be brought to one of the two trees"
    assert "gonogo reload --recover --overwrite" in told(lost)


def test_a_recovery_overwrites_what_somebody_else_wrote_only_if_told(stage: Scene) -> None:
    """Theirs is kept, the step and the journal say where, and the old tree is proved."""
    request = stage.request()
    killed(request, ReloadStep.TRIGGER)
    write(stage.folder / "live", {"rules/b.yml": "groups: [] # theirs\n"})
    assert recover(request).became is Became.FAILED
    result = recover(replace(request, overwrite=True))
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), told(result)
    restored = next(step for step in result.steps if step.step is ReloadStep.RESTORE)
    (kept,) = stage.state().overwritten.iterdir()
    assert kept.read_text(encoding="utf-8") == "groups: [] # theirs\n"
    assert restored.detail.endswith(f"; the copy of rules/b.yml is {kept}")
    journalled = records(request.policy_file.journal, limit=100, kind="reload")
    assert {"rules/b.yml": str(kept)} in [record.detail.get("overwritten") for record in journalled]


def test_a_switch_that_fails_is_undone_and_the_old_tree_proved(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full at the rename of the last file."""
    real, left = durable.sync_folder, [1]

    def full(folder: Path) -> None:
        if left and folder.name == "rules":
            left.pop()
            raise OSError(28, "No space left on device", str(folder))
        real(folder)

    monkeypatch.setattr(durable, "sync_folder", full)
    result = reload(stage.request())
    assert result.became is Became.ROLLED_BACK, told(result)
    assert ReloadStep.RESTORE not in steps(result)
    assert ReloadStep.VERIFY_OLD in steps(result)
    assert stage.live() == FILES


def test_a_switch_that_cannot_begin_is_refused(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is changed, for a fault of the trees and of the state folder."""

    def unfit(*_: object) -> None:
        raise ActionFailed("the state folder cannot be written")

    monkeypatch.setattr(disk_steps, "switch", unfit)
    result = reload(stage.request())
    assert (result.became, stage.live()) == (Became.REFUSED, FILES), told(result)
    same = reload(replace(stage.request(), staged=stage.folder / "live", even_unchanged=True))
    assert same.became is Became.REFUSED
    assert "is the live folder itself" in told(same)


def test_a_switch_that_fails_for_any_reason_is_never_continued(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server would be asked to load files that nobody put there."""

    def busy(*_: object) -> None:
        raise Busy("another process holds the folder")

    monkeypatch.setattr(disk_steps, "switch", busy)
    result = reload(stage.request())
    assert (result.became, stage.server.asked, stage.live()) == (Became.REFUSED, 0, FILES), told(result)
    assert result.detail == "nothing was changed: another process holds the folder"


def test_a_switch_that_cannot_be_undone_is_loud(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The marker stands."""

    def stuck(state: StateFolder, plan: Plan) -> None:
        switch(state, plan)
        raise ActionFailed("the live tree is mixed")

    monkeypatch.setattr(disk_steps, "switch", stuck)
    result = reload(stage.request())
    assert result.became is Became.FAILED
    assert result.detail == "the files could be brought neither to the new tree nor back"


def test_a_verified_tree_that_cannot_be_kept_is_loud(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forth and back."""

    def full(*_: object) -> None:
        raise ActionFailed("the disk is full")

    monkeypatch.setattr(disk_steps, "settle", full)
    result = reload(stage.request())
    assert result.detail == "the new tree is loaded and verified, but could not be kept as the last good copy"
    monkeypatch.undo()


def test_an_old_tree_whose_marker_stays_is_loud(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old tree is proved loaded, but the next reload would be refused."""

    def full(*_: object) -> None:
        raise ActionFailed("the disk is full")

    stage.server.replies = [REJECTED]
    monkeypatch.setattr(disk_steps, "settle", full)
    result = reload(stage.request())
    assert result.detail == "the old tree is loaded and verified, but could not be kept as the last good copy"


def test_files_that_change_while_they_are_verified_are_a_failure(stage: Scene) -> None:
    """The disk has other bytes than the server. The answer has the next step, and no file is overwritten."""

    def edit() -> None:
        (stage.folder / "live" / "rules" / "b.yml").write_text("groups: []\n", encoding="utf-8")

    request = stage.request()
    result = reload(request, At(ReloadStep.KEEP, edit))
    assert result.became is Became.FAILED, told(result)
    assert "rules/b.yml has other bytes: the server has the verified files" in told(result)
    assert "gonogo reload --recover --overwrite" in told(result)
    assert stage.live()["rules/b.yml"] == "groups: []\n"
    again = recover(replace(request, overwrite=True))
    assert (again.became, stage.live()) == (Became.ROLLED_BACK, FILES), told(again)


def test_files_that_change_while_the_way_back_is_verified_are_a_failure(stage: Scene) -> None:
    """The old tree is on the server, and no longer on disk."""

    def edit() -> None:
        (stage.folder / "live" / "rules" / "a.yml").write_text("groups: []\n", encoding="utf-8")

    stage.server.replies = [REJECTED]
    result = reload(stage.request(), At(ReloadStep.KEEP_OLD, edit))
    assert result.became is Became.FAILED, told(result)
    assert "rules/a.yml has other bytes" in told(result)
    assert stage.live()["rules/a.yml"] == "groups: []\n"


def test_an_interrupt_goes_back_or_stays_where_it_is_proved(stage: Scene) -> None:
    """Before the switch nothing happened; after it the old tree is proved; after keeping, the new one."""
    assert reload(stage.request(), At(ReloadStep.SWITCH, interrupt)).became is Became.REFUSED
    back = reload(stage.request(), At(ReloadStep.TRIGGER, interrupt))
    assert (back.became, stage.live()) == (Became.ROLLED_BACK, FILES), told(back)
    with pytest.raises(KeyboardInterrupt):
        as_run(back)
    done = reload(stage.request(), At(ReloadStep.KEEP, interrupt, after=True))
    assert (done.became, stage.live()) == (Became.RELOADED, NEW), told(done)


def test_an_error_that_nobody_expected_goes_back_as_well(stage: Scene) -> None:
    """The files are switched and must not stay so. If the rollback fails too, the answer has the commands."""
    result = reload(stage.request(), At(ReloadStep.TRIGGER, lambda: 1 // 0))
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), told(result)
    assert "unexpected ZeroDivisionError: " in result.reasons[0]
    before = reload(stage.request(), At(ReloadStep.SWITCH, lambda: 1 // 0))
    assert (before.became, before.detail) == (Became.REFUSED, "it failed before anything was changed")
    stage.server.replies = [REJECTED]
    lost = reload(stage.request(), At(ReloadStep.TRIGGER_OLD, lambda: 1 // 0))
    assert (lost.became, lost.detail) == (Became.FAILED, "the way back failed"), told(lost)
    assert lost.commands
    assert "unexpected ZeroDivisionError: " in lost.reasons[-1]
    assert recover(stage.request()).became is Became.ROLLED_BACK


def test_a_server_that_reloads_by_itself_is_coped_with(stage: Scene) -> None:
    """The server was quicker than gonogo. That is not another actor."""
    flags = {**stage.server.state_now.flags, "config.auto-reload": "true"}
    stage.server.state_now = replace(stage.server.state_now, flags=flags)
    result = reload(stage.request(), At(ReloadStep.SWITCH, stage.server.read, after=True))
    assert result.became is Became.RELOADED, told(result)
    ready = next(step for step in result.steps if step.step is ReloadStep.READINESS)
    assert ready.detail.endswith("and reloads by itself")


def test_a_reload_of_somebody_else_since_the_snapshot_is_refused(stage: Scene) -> None:
    """No file was changed yet."""
    result = reload(stage.request(), At(ReloadStep.READINESS, stage.server.read))
    assert result.became is Became.REFUSED
    assert "somebody else reloaded the server" in told(result)


def test_a_gap_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever made the last reload; a clock that was set back makes it no longer."""
    slept: list[float] = []
    monkeypatch.setattr(judging, "pause", slept.append)
    with scene(tmp_path, ", metrics: nowhere") as made:
        request = made.request()
        settings = replace(request.policy_file.reload, min_gap=timedelta(seconds=5))
        made.server.state_now = replace(made.server.state_now, now=made.server.metrics.success_at + 20)
        settings = replace(settings, min_gap=timedelta(seconds=23))
        result = reload(replace(request, policy_file=replace(request.policy_file, reload=settings)))
    assert result.became is Became.RELOADED, told(result)
    assert slept == [3.0]
    assert result.steps[-1].detail == f"not published: there is no textfile folder {tmp_path}/nowhere"


def test_another_reload_under_way_is_waited_for_and_then_refused(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a recovery."""
    request = stage.request()
    with hold_server(stage.state(), 1):
        monkeypatch.setattr(run, "LOCK_PATIENCE", 0.05)
        refused = reload(request)
        assert refused.became is Became.REFUSED
        assert steps(refused) == [ReloadStep.LOCK, ReloadStep.METRICS]
        assert "is being reloaded by another process" in told(refused)
        assert recover(request).became is Became.REFUSED


def test_a_server_that_is_down_leaves_what_can_be_checked(stage: Scene) -> None:
    """The reasons of the server and those of the files are listed together."""
    stage.server.is_up = False
    (stage.folder / "staged" / "rules" / "b.yml").unlink()
    (stage.folder / "staged" / "rules" / "a.yml").unlink()
    result = reload(stage.request())
    assert result.became is Became.REFUSED
    assert "did not become ready within" in told(result)
    assert "matches no file" in told(result)


def test_a_policy_without_a_configuration_and_broken_inputs_are_refused(stage: Scene) -> None:
    """With all that is wrong."""
    request = stage.request(in_place=True)
    nowhere = replace(request.policy_file, server=replace(request.policy_file.server, config=None))
    assert "the policy names no configuration" in told(reload(replace(request, policy_file=nowhere)))
    (stage.folder / "live" / "prometheus.yml").unlink()
    gone = reload(request)
    assert gone.became is Became.REFUSED
    assert "prometheus.yml is missing" in told(gone)


def test_a_server_that_is_down_is_recovered_on_disk_and_proved_later(stage: Scene) -> None:
    """The files are the old ones, and the marker stands until the server has them."""
    request = stage.request()
    killed(request, ReloadStep.TRIGGER)
    assert stage.live() == NEW
    stage.server.is_up = False
    lost = recover(request)
    assert lost.detail == "the old files are on disk, but the server does not answer"
    assert stage.live() == FILES
    stage.server.is_up = True
    stage.server.replies = [NOT_SENT]
    assert recover(request).detail == "the old files are on disk, but the server did not load them"
    stage.server.before_answer = lambda: stage.server.tell(pools_failed=stage.server.metrics.pools_failed + 1)
    assert recover(request).became is Became.ROLLED_BACK


def read_only(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the live folders read-only, for root as well."""
    real = os.access

    def access(path: Path, mode: int, **how: bool) -> bool:
        below = Path(path).is_relative_to(stage.folder / "live")
        return real(path, mode, **how) and not (mode & os.W_OK and below)

    monkeypatch.setattr(os, "access", access)


def test_files_that_nobody_can_put_back_are_refused(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a read-only mount somebody else changes the files; the refusal names the flag."""
    assert reload(stage.request(in_place=True)).became is Became.RELOADED
    read_only(stage, monkeypatch)
    write(stage.folder / "live", {"rules/b.yml": MORE})
    result = reload(stage.request(in_place=True))
    assert (result.became, stage.server.asked) == (Became.REFUSED, 1), told(result)
    assert f"{stage.folder}/live/rules cannot be written" in told(result)
    assert "--without-rollback" in told(result)


def test_a_read_only_mount_is_reloaded_in_place_again_and_again(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer says that no rollback is possible. A failure after that ends with ``failed``."""
    read_only(stage, monkeypatch)
    request = stage.request(in_place=True, without_rollback=True)
    for number in range(2):
        write(stage.folder / "live", {f"rules/{number}.yml": MORE.replace("b", f"b{number}")})
        result = reload(request)
        assert result.became is Became.RELOADED, told(result)
        switched = next(step for step in result.steps if step.step is ReloadStep.SWITCH)
        assert (switched.outcome, "no rollback is possible" in switched.detail) == (Outcome.UNKNOWN, True)
    assert switched.detail.endswith("live/rules cannot be written")
    write(stage.folder / "live", {"rules/c.yml": MORE.replace("b", "c")})
    stage.server.replies = [REJECTED]
    lost = reload(request)
    assert (lost.became, stage.server.asked) == (Became.FAILED, 3), told(lost)
    assert lost.detail == "there is no way back: it was reloaded without rollback"


def test_what_can_be_gone_back_to_is_gone_back_to_all_the_same(stage: Scene) -> None:
    """The flag lets a reload go on, and takes nothing away."""
    assert reload(stage.request(in_place=True)).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    stage.server.replies = [REJECTED]
    result = reload(stage.request(in_place=True, without_rollback=True))
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), told(result)


def test_a_recovery_lays_aside_what_was_edited_in_place(stage: Scene) -> None:
    """As a reload that goes back does: a person wrote that, and it is nowhere else."""
    request = stage.request(in_place=True)
    assert reload(request).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    killed(request, ReloadStep.TRIGGER)
    result = recover(request)
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), told(result)
    (edited,) = (stage.state().folder / "rejected").rglob("rules/b.yml")
    assert edited.read_text(encoding="utf-8") == MORE
    restored = next(step for step in result.steps if step.step is ReloadStep.RESTORE)
    assert restored.detail.endswith(f"; the edited ones are in {edited.parents[1]}")


def test_an_unknown_outcome_changes_no_file_back(stage: Scene) -> None:
    """The reload may still come."""
    stage.server.replies = [UNANSWERED]
    result = reload(stage.request())
    assert result.became is Became.FAILED
    assert result.detail == "it is not known how the reload ended, so the files were not rolled back"
    assert stage.live() == NEW


def test_a_way_back_of_which_nobody_knows_is_loud(stage: Scene) -> None:
    """The reload of the old files may still come: that the server looks as before proves nothing."""
    stage.server.replies = [NOT_SENT, UNANSWERED]
    result = reload(stage.request())
    assert result.became is Became.FAILED, told(result)
    assert "the reload may still come" in told(result)
    assert stage.live() == FILES


def test_the_live_folder_itself_is_no_staged_one(stage: Scene) -> None:
    """Spelled in any way; nothing is switched, and the way out is said."""
    for spelled in (stage.folder / "live", stage.folder / "staged" / ".." / "live"):
        result = reload(stage.request(staged=spelled))
        assert (result.became, stage.live()) == (Became.REFUSED, FILES), told(result)
        assert "is the live folder itself (to reload its files, leave out --from)" in told(result)
    assert stage.server.asked == 0
