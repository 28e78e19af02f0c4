"""The transaction of a reload over the answers of a server: every way it may go, and the files that it leaves."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import Busy
from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.reload import disk_steps
from gonogo.reload.place import AskedServer, ReloadRequest
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import as_run, reload
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.reload_lock import hold_server
from gonogo.reload.waits import ReloadWaits
from gonogo.stopping import Stopped
from tests.config_trees import write
from tests.failing_sync import fail_sync
from tests.reload.answering_server import FILES, MORE, NOT_READY, NOT_SENT, REJECTED, UNANSWERED, Scene, scene
from tests.reload_moment import At

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

NEW = {**FILES, "rules/b.yml": MORE}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Serve good files. The reload does not pause before a retry."""
    with scene(tmp_path, waits=ReloadWaits(first_pause=timedelta(0))) as made:
        yield made


def messages(result: ReloadResult) -> str:
    """Return all texts of a result."""
    return "\n".join((result.became, result.detail, *result.reasons))


def steps(result: ReloadResult) -> list[ReloadStep]:
    """Return the steps of a result."""
    return [step.step for step in result.steps]


def killed(request: ReloadRequest, step: ReloadStep) -> None:
    """Reload in a child that is killed when a step begins."""
    child = os.fork()
    if child == 0:
        reload(request, At(step, lambda: os._exit(9)))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def interrupt() -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


def test_a_staged_tree_is_reloaded(stage: Scene) -> None:
    """The steps are in their order, and the run passes."""
    result = reload(stage.request())
    assert result.became is Became.RELOADED, messages(result)
    expected = [*tuple(ReloadStep)[: tuple(ReloadStep).index(ReloadStep.KEEP) + 1], ReloadStep.METRICS]
    assert steps(result) == expected
    assert stage.live() == NEW
    assert as_run(result).passed
    assert as_run(result).seen == {"outcome": "reloaded"}


def test_a_rejected_reload_is_rolled_back_at_once(stage: Scene) -> None:
    """After a 500 the old files are put back and reloaded. The new files are not tried again."""
    stage.server.replies = [REJECTED]
    result = reload(stage.request())
    assert result.became is Became.ROLLED_BACK, messages(result)
    assert (stage.server.asked, stage.live()) == (2, FILES)
    assert steps(result)[-6:] == [
        *(ReloadStep.RESTORE, ReloadStep.TRIGGER_OLD, ReloadStep.SETTLE_OLD),
        *(ReloadStep.VERIFY_OLD, ReloadStep.KEEP_OLD, ReloadStep.METRICS),
    ]
    run = as_run(result)
    assert run.detail.startswith(
        f"rolled-back, the old files are back, loaded and verified: {stage.server.url}/-/reload answered 500"
    )


def test_a_reload_that_did_not_happen_is_tried_three_more_times(stage: Scene) -> None:
    """After that the files are rolled back. The server still has its old configuration then."""
    refused = NOT_READY
    stage.server.replies = [refused, refused]
    result = reload(stage.request())
    assert (result.became, result.retries) == (Became.RELOADED, 2), messages(result)
    write(stage.folder / "staged", {"rules/c.yml": MORE.replace("b", "c")})
    stage.server.replies = [refused] * 8
    result = reload(stage.request())
    assert (result.became, result.retries) == (Became.ROLLED_BACK, 6), messages(result)
    assert result.steps[-3].detail == "no reload happened, and the server has its old configuration"


def test_a_rejected_rollback_is_a_failure_with_commands(stage: Scene) -> None:
    """The old files are on disk and the marker stays, so a recovery can prove them later."""
    stage.server.replies = [REJECTED, REJECTED]
    request = stage.request()
    result = reload(request)
    assert result.became is Became.FAILED, messages(result)
    assert result.detail == "the old files are back, but the server is not proved to have loaded them"
    assert result.commands
    assert pending(stage.state()) is not None
    assert stage.live() == FILES
    again = recover(request)
    assert again.became is Became.ROLLED_BACK, messages(again)
    assert recover(request).became is Became.UNCHANGED


def test_a_foreign_reload_during_the_rollback_is_a_failure(stage: Scene) -> None:
    """The reload of gonogo did not happen, and that of another program did."""
    stage.server.replies = [NOT_SENT, NOT_SENT]

    def theirs() -> None:
        if stage.server.asked == 2:
            stage.server.set_metrics(success_at=5000.0)

    stage.server.before_answer = theirs
    result = reload(stage.request())
    assert result.became is Became.FAILED, messages(result)
    assert "the server was restarted or reloaded since, and not by gonogo" in messages(result)


def test_foreign_changes_during_a_reload_are_named(stage: Scene) -> None:
    """The files are no part of the switch, so they stay. They may be the cause of the failure."""
    stage.server.replies = [REJECTED]
    stage.server.before_answer = lambda: write(stage.folder / "live", {"rules/a.yml": MORE.replace("c", "d")})
    result = reload(stage.request())
    expected = "somebody else changed a file meanwhile, and gonogo did not overwrite it: rules/a.yml has other bytes"
    assert result.became is Became.FAILED, messages(result)
    assert expected in result.reasons, messages(result)
    again = recover(stage.request())
    assert expected in again.reasons, messages(again)


def test_files_that_cannot_be_put_back_are_a_failure(stage: Scene) -> None:
    """Another program wrote into the files meanwhile. They are not overwritten."""

    def theirs() -> None:
        (stage.folder / "live" / "rules" / "b.yml").write_text("groups: [] # theirs\n", encoding="utf-8")

    stage.server.replies = [REJECTED]
    result = reload(stage.request(), At(ReloadStep.RESTORE, theirs))
    assert result.became is Became.FAILED, messages(result)
    assert result.detail == "the old files could not be put back"
    assert "theirs" in stage.live()["rules/b.yml"]
    lost = recover(stage.request())
    assert lost.became is Became.FAILED
    assert lost.detail == "the files could not be brought to one of the two trees"
    assert "gonogo reload --recover --overwrite" in messages(lost)


def test_a_recovery_overwrites_foreign_changes_only_on_request(stage: Scene) -> None:
    """The foreign bytes are copied first, the step and the journal name the copy, and the old tree is proved."""
    request = stage.request()
    killed(request, ReloadStep.TRIGGER)
    write(stage.folder / "live", {"rules/b.yml": "groups: [] # theirs\n"})
    assert recover(request).became is Became.FAILED
    result = recover(replace(request, overwrite=True))
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), messages(result)
    restored = next(step for step in result.steps if step.step is ReloadStep.RESTORE)
    (kept,) = stage.state().overwritten.iterdir()
    assert kept.read_text(encoding="utf-8") == "groups: [] # theirs\n"
    assert restored.detail.endswith(f"; the copy of rules/b.yml is {kept}")
    journalled = records(request.policy_file.journal, limit=100, kind="reload")
    assert {"rules/b.yml": str(kept)} in [record.detail.get("overwritten") for record in journalled]


def test_a_failed_switch_is_undone_and_the_old_tree_is_proved(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the last folder is synced."""
    left = [1]
    fail_sync(monkeypatch, errno.ENOSPC, lambda path: path.name == "rules" and bool(left) and left.pop() == 1)
    result = reload(stage.request())
    assert result.became is Became.ROLLED_BACK, messages(result)
    assert ReloadStep.RESTORE not in steps(result)
    assert ReloadStep.VERIFY_OLD in steps(result)
    assert stage.live() == FILES


def test_a_switch_that_cannot_begin_is_refused(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is changed. The cause is the state folder, or a staged folder that is the live one."""
    read_only = At(ReloadStep.SWITCH, lambda: fail_sync(monkeypatch, errno.EROFS, stage.state().folder.__eq__))
    result = reload(stage.request(), read_only)
    assert (result.became, stage.live()) == (Became.REFUSED, FILES), messages(result)
    monkeypatch.undo()
    same = reload(replace(stage.request(), staged=stage.folder / "live", even_unchanged=True))
    assert same.became is Became.REFUSED
    assert "is the live folder itself" in messages(same)


def test_a_switch_that_fails_for_any_reason_is_never_continued(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the server would load files that gonogo did not put there."""

    def busy(*_: object) -> None:
        raise Busy("another process holds the folder")

    monkeypatch.setattr(disk_steps, "switch", busy)
    result = reload(stage.request())
    assert (result.became, stage.server.asked, stage.live()) == (Became.REFUSED, 0, FILES), messages(result)
    assert result.detail == "nothing was changed: another process holds the folder"


def test_a_switch_that_cannot_be_undone_is_a_failure(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The live tree is neither the new nor the old one."""
    fail_sync(monkeypatch, errno.EIO, lambda path: path == stage.folder / "live/rules")
    result = reload(stage.request())
    assert result.became is Became.FAILED
    assert result.detail == "the files could be brought neither to the new tree nor back"


def test_a_new_tree_that_cannot_be_kept_is_reported(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new tree is loaded and verified all the same."""
    result = reload(stage.request(), At(ReloadStep.KEEP, lambda: fail_sync(monkeypatch, errno.ENOSPC)))
    assert result.detail == "the new tree is loaded and verified, but could not be kept as the last good copy"
    assert "No space left on device" in messages(result)


def test_an_old_tree_that_cannot_be_settled_is_reported(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old tree is loaded and verified. Its marker stays, so the next reload would be refused."""
    stage.server.replies = [REJECTED]
    result = reload(stage.request(), At(ReloadStep.KEEP_OLD, lambda: fail_sync(monkeypatch, errno.ENOSPC)))
    assert result.detail == "the old tree is loaded and verified, but could not be kept as the last good copy"
    assert "No space left on device" in messages(result)


def test_files_that_change_while_they_are_verified_are_a_failure(stage: Scene) -> None:
    """The disk has other bytes than the server. The answer has the next step, and no file is overwritten."""

    def edit() -> None:
        (stage.folder / "live" / "rules" / "b.yml").write_text("groups: []\n", encoding="utf-8")

    request = stage.request()
    result = reload(request, At(ReloadStep.KEEP, edit))
    assert result.became is Became.FAILED, messages(result)
    assert "rules/b.yml has other bytes: the server has the verified files" in messages(result)
    assert "gonogo reload --recover --overwrite" in messages(result)
    assert stage.live()["rules/b.yml"] == "groups: []\n"
    again = recover(replace(request, overwrite=True))
    assert (again.became, stage.live()) == (Became.ROLLED_BACK, FILES), messages(again)


def test_files_that_change_while_a_rollback_is_verified_are_a_failure(stage: Scene) -> None:
    """The old tree is on the server, and no longer on disk."""

    def edit() -> None:
        (stage.folder / "live" / "rules" / "a.yml").write_text("groups: []\n", encoding="utf-8")

    stage.server.replies = [REJECTED]
    result = reload(stage.request(), At(ReloadStep.KEEP_OLD, edit))
    assert result.became is Became.FAILED, messages(result)
    assert "rules/a.yml has other bytes" in messages(result)
    assert stage.live()["rules/a.yml"] == "groups: []\n"


def test_an_interrupt_leaves_a_proved_tree(stage: Scene) -> None:
    """Before the switch nothing was changed. After it the old tree is proved, and after keeping it is the new tree."""
    assert reload(stage.request(), At(ReloadStep.SWITCH, interrupt)).became is Became.REFUSED
    back = reload(stage.request(), At(ReloadStep.TRIGGER, interrupt))
    assert (back.became, stage.live()) == (Became.ROLLED_BACK, FILES), messages(back)
    with pytest.raises(KeyboardInterrupt):
        as_run(back)
    done = reload(stage.request(), At(ReloadStep.KEEP, interrupt, after=True))
    assert (done.became, stage.live()) == (Became.RELOADED, NEW), messages(done)


def test_an_interrupt_of_the_last_look_hides_no_reload(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new tree is proved and kept by then. The answer says so, and a dry run ends."""

    def interrupted(_: AskedServer) -> None:
        raise KeyboardInterrupt

    done = reload(
        stage.request(), At(ReloadStep.KEEP, lambda: monkeypatch.setattr(AskedServer, "state", interrupted), after=True)
    )
    assert (done.became, stage.live()) == (Became.RELOADED, NEW), messages(done)
    with pytest.raises(KeyboardInterrupt):
        as_run(done)


def test_an_unexpected_error_is_rolled_back(stage: Scene) -> None:
    """An error before the switch changes nothing. If the rollback fails too, the answer has the commands."""
    result = reload(stage.request(), At(ReloadStep.TRIGGER, lambda: 1 // 0))
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), messages(result)
    assert "unexpected ZeroDivisionError: " in result.reasons[0]
    before = reload(stage.request(), At(ReloadStep.SWITCH, lambda: 1 // 0))
    assert (before.became, before.detail) == (Became.REFUSED, "it failed before anything was changed")
    stage.server.replies = [REJECTED]
    lost = reload(stage.request(), At(ReloadStep.TRIGGER_OLD, lambda: 1 // 0))
    assert (lost.became, lost.detail) == (Became.FAILED, "the way back failed"), messages(lost)
    assert lost.commands
    assert "unexpected ZeroDivisionError: " in lost.reasons[-1]
    assert recover(stage.request()).became is Became.ROLLED_BACK


def test_a_server_with_automatic_reload_is_reloaded(stage: Scene) -> None:
    """The server was quicker than gonogo. That is not another actor."""
    flags = {**stage.server.state_now.flags, "config.auto-reload": "true"}
    stage.server.state_now = replace(stage.server.state_now, flags=flags)
    result = reload(stage.request(), At(ReloadStep.SWITCH, stage.server.read, after=True))
    assert result.became is Became.RELOADED, messages(result)
    ready = next(step for step in result.steps if step.step is ReloadStep.READINESS)
    assert ready.detail.endswith("and reloads by itself")


def test_a_foreign_reload_since_the_snapshot_is_a_refusal(stage: Scene) -> None:
    """No file was changed yet."""
    result = reload(stage.request(), At(ReloadStep.READINESS, stage.server.read))
    assert result.became is Became.REFUSED
    assert "somebody else reloaded the server" in messages(result)


def test_a_reload_waits_for_the_minimum_gap(tmp_path: Path) -> None:
    """The gap begins at the last reload of any program. The wait is measured by the clock of the server."""
    with scene(tmp_path, ", metrics: nowhere") as made:
        request = made.request()
        made.server.state_now = replace(made.server.state_now, now=made.server.metrics.success_at + 20)
        settings = replace(request.policy_file.reload, min_gap=timedelta(seconds=20.5))
        began = time.monotonic()
        result = reload(replace(request, policy_file=replace(request.policy_file, reload=settings)))
    assert result.became is Became.RELOADED, messages(result)
    assert time.monotonic() - began > 0.5
    readiness = next(step for step in result.steps if step.step is ReloadStep.READINESS)
    assert "the server is ready after 0.5 s of reload.min_gap" in readiness.detail
    assert result.steps[-1].detail == f"not published: there is no textfile folder {tmp_path}/nowhere"


def test_a_second_reload_waits_and_is_then_refused(stage: Scene) -> None:
    """A recovery is refused in the same way."""
    request = stage.request(waits=ReloadWaits(lock=timedelta(milliseconds=50)))
    with hold_server(stage.state(), 1):
        refused = reload(request)
        assert refused.became is Became.REFUSED
        assert steps(refused) == [ReloadStep.LOCK, ReloadStep.METRICS]
        assert "is being reloaded by another process" in messages(refused)
        assert recover(request).became is Became.REFUSED


def test_files_are_checked_although_the_server_is_down(stage: Scene) -> None:
    """The reasons of the server and those of the files are listed together."""
    stage.server.is_up = False
    (stage.folder / "staged" / "rules" / "b.yml").unlink()
    (stage.folder / "staged" / "rules" / "a.yml").unlink()
    result = reload(stage.request())
    assert result.became is Became.REFUSED
    assert "did not become ready within" in messages(result)
    assert "matches no file" in messages(result)


def test_a_missing_configuration_is_refused(stage: Scene) -> None:
    """The policy names no configuration, or the file does not exist."""
    request = stage.request(in_place=True)
    nowhere = replace(request.policy_file, server=replace(request.policy_file.server, config=None))
    assert "the policy names no configuration" in messages(reload(replace(request, policy_file=nowhere)))
    (stage.folder / "live" / "prometheus.yml").unlink()
    gone = reload(request)
    assert gone.became is Became.REFUSED
    assert "prometheus.yml is missing" in messages(gone)


def test_a_recovery_without_the_server_restores_the_disk(stage: Scene) -> None:
    """The marker stays until a later recovery proves that the server has the old files."""
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
    stage.server.before_answer = lambda: stage.server.set_metrics(pools_failed=stage.server.metrics.pools_failed + 1)
    assert recover(request).became is Became.ROLLED_BACK


def read_only(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the live folders read-only, for root as well."""
    real = os.access

    def access(path: Path, mode: int, **how: bool) -> bool:
        below = Path(path).is_relative_to(stage.folder / "live")
        return real(path, mode, **how) and not (mode & os.W_OK and below)

    monkeypatch.setattr(os, "access", access)


def test_a_reload_without_a_possible_rollback_is_refused(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is read-only, and another program changes the files.

    The refusal names the flag ``--without-rollback``.
    """
    assert reload(stage.request(in_place=True)).became is Became.RELOADED
    read_only(stage, monkeypatch)
    write(stage.folder / "live", {"rules/b.yml": MORE})
    result = reload(stage.request(in_place=True))
    assert (result.became, stage.server.asked) == (Became.REFUSED, 1), messages(result)
    assert f"{stage.folder}/live/rules cannot be written" in messages(result)
    assert "--without-rollback" in messages(result)


def test_a_read_only_mount_is_reloaded_without_rollback(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer says that no rollback is possible. A failure after that ends with ``failed``."""
    read_only(stage, monkeypatch)
    request = stage.request(in_place=True, without_rollback=True)
    for number in range(2):
        write(stage.folder / "live", {f"rules/{number}.yml": MORE.replace("b", f"b{number}")})
        result = reload(request)
        assert result.became is Became.RELOADED, messages(result)
        switched = next(step for step in result.steps if step.step is ReloadStep.SWITCH)
        assert (switched.outcome, "no rollback is possible" in switched.detail) == (Outcome.UNKNOWN, True)
    assert switched.detail.endswith("live/rules cannot be written")
    write(stage.folder / "live", {"rules/c.yml": MORE.replace("b", "c")})
    stage.server.replies = [REJECTED]
    lost = reload(request)
    assert (lost.became, stage.server.asked) == (Became.FAILED, 3), messages(lost)
    assert lost.detail == "there is no way back: it was reloaded without rollback"


def test_a_possible_rollback_happens_in_spite_of_the_flag(stage: Scene) -> None:
    """The flag ``--without-rollback`` only permits a reload without a possible rollback."""
    assert reload(stage.request(in_place=True)).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    stage.server.replies = [REJECTED]
    result = reload(stage.request(in_place=True, without_rollback=True))
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), messages(result)


def test_a_recovery_copies_files_edited_in_place(stage: Scene) -> None:
    """A person wrote these files, and no other copy exists. A rollback copies them too."""
    request = stage.request(in_place=True)
    assert reload(request).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    killed(request, ReloadStep.TRIGGER)
    result = recover(request)
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), messages(result)
    (edited,) = (stage.state().folder / "rejected").rglob("rules/b.yml")
    assert edited.read_text(encoding="utf-8") == MORE
    restored = next(step for step in result.steps if step.step is ReloadStep.RESTORE)
    assert restored.detail.endswith(f"; the edited ones are in {edited.parents[1]}")


def test_after_an_unknown_end_no_file_is_rolled_back(stage: Scene) -> None:
    """The reload may still come."""
    stage.server.replies = [UNANSWERED]
    result = reload(stage.request())
    assert result.became is Became.FAILED
    assert result.detail == "it is not known how the reload ended, so the files were not rolled back"
    assert stage.live() == NEW


def test_a_rollback_with_an_unknown_end_is_a_failure(stage: Scene) -> None:
    """The reload of the old files may still come. The unchanged state of the server proves nothing."""
    stage.server.replies = [NOT_SENT, UNANSWERED]
    result = reload(stage.request())
    assert result.became is Became.FAILED, messages(result)
    assert "the reload may still come" in messages(result)
    assert stage.live() == FILES


def test_the_live_folder_cannot_be_staged(stage: Scene) -> None:
    """The live folder is refused in any spelling. Nothing is switched, and the reason has the next step."""
    for spelled in (stage.folder / "live", stage.folder / "staged" / ".." / "live"):
        result = reload(stage.request(staged=spelled))
        assert (result.became, stage.live()) == (Became.REFUSED, FILES), messages(result)
        assert "is the live folder itself (to reload its files, leave out --from)" in messages(result)
    assert stage.server.asked == 0


CUT_SHORT = """
import os, signal, sys
from contextlib import suppress
from gonogo import stopping
from gonogo.reload.result import Became, ReloadResult
from gonogo.reload.run import as_run
stopping.install()
os.kill(os.getpid(), getattr(signal, sys.argv[1]))
with suppress(stopping.Stopped):  # the rollback of the reload
    stopping.pause(60)
try:
    as_run(ReloadResult(Became.ROLLED_BACK, "", (), interrupted=True))
except stopping.Stopped as stopped:
    sys.exit(stopped.exit_code)
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_dry_run_whose_reload_was_cut_short_ends_with_the_code_of_the_signal(name: str, code: int) -> None:
    """The rollback is finished first. Then the dry run ends like every command."""
    assert subprocess.run((sys.executable, "-c", CUT_SHORT, name), check=False).returncode == code


def test_an_interrupt_of_python_ends_a_dry_run_too() -> None:
    """A program that imports gonogo has no handlers of gonogo."""
    with pytest.raises(Stopped) as raised:
        as_run(ReloadResult(Became.ROLLED_BACK, "", (), interrupted=True))
    assert raised.value.exit_code == 130
