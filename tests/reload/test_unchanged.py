"""The proof that a reload is not needed: the last load of the server was verified with the bytes on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, RuleHealth
from gonogo.reload.compare.scrape_files import read_scrape_files
from gonogo.reload.contents import Contents
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.verify import baseline
from gonogo.reload.waits import ReloadWaits
from tests.config_trees import write
from tests.reload.answering_server import CONFIG, FILES, MORE, REJECTED, AnsweringServer, Scene, scene
from tests.reload.test_comparison import BEFORE, target

SECRET = CONFIG.replace("  scheme: http\n", "  scheme: http\n  basic_auth: {username: u, password_file: password}\n")
INLINE = CONFIG.replace("  scheme: http\n", "  scheme: http\n  basic_auth: {username: u, password: %s}\n")
OTHER_ORDER = "groups: [{name: a, rules: [{record: 'a:c', expr: up}, {record: 'a:b', expr: up}]}]\n"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Serve good files. No reload waits for a check that fails."""
    with scene(tmp_path, waits=ReloadWaits(slack=timedelta(0))) as made:
        yield made


def in_place(stage: Scene) -> ReloadResult:
    """Reload the live files."""
    return reload(stage.request(in_place=True))


def masks(server: AnsweringServer) -> None:
    """Let the server show its configuration without secrets."""
    shown = server.state_now.configuration
    for secret in ("one", "two"):
        shown = shown.replace(f"password: {secret}", "password: <secret>")
    server.state_now = replace(server.state_now, configuration=shown)


def breaks(server: AnsweringServer, name: str) -> None:
    """Let a rule fail."""

    def broken(group: LoadedGroup) -> LoadedGroup:
        states = (
            replace(one, health=RuleHealth.ERROR, last_error="no") if one.rule.name == name else one
            for one in group.rules
        )
        return replace(group, rules=tuple(states))

    server.state_now = replace(server.state_now, rules=tuple(map(broken, server.state_now.rules)))


def test_a_second_reload_of_the_same_files_is_unchanged(stage: Scene) -> None:
    """The answers of the server alone prove nothing. The verification of its last load does."""
    first = in_place(stage)
    assert (first.became, stage.server.asked) == (Became.RELOADED, 1), first
    switched = next(step for step in first.steps if step.step is ReloadStep.SWITCH)
    assert "are loaded once more" in switched.detail
    again = in_place(stage)
    assert (again.became, stage.server.asked) == (Became.UNCHANGED, 1), again
    assert ReloadStep.VERIFY in {step.step for step in again.steps}


def test_a_rejected_first_reload_is_a_failure(stage: Scene) -> None:
    """The server rejects files that it seemed to have. No earlier tree was proved, so no rollback is possible."""
    stage.server.replies = [REJECTED]
    result = in_place(stage)
    assert (result.became, stage.live()) == (Became.FAILED, FILES), result
    assert result.detail.startswith("there is no way back: no tree was proved before this first reload")


def test_a_password_in_the_configuration_is_a_change(stage: Scene) -> None:
    """The server masks the password.

    So only a server that is known to read the file is reloaded. A visible change in an earlier reload proves that.
    """
    write(stage.folder / "live", {"prometheus.yml": INLINE % "one"})
    stage.server.read()
    masks(stage.server)
    first = in_place(stage)
    assert first.became is Became.RELOADED
    (warning,) = first.warnings
    assert warning.startswith(f"the secrets in {stage.server.config} are not proved")
    masks(stage.server)
    write(stage.folder / "live", {"prometheus.yml": INLINE % "two"})
    asked = stage.server.asked
    refused = in_place(stage)
    assert (refused.became, stage.server.asked) == (Became.REFUSED, asked), refused
    assert "secrets in" in refused.reasons[0]
    assert "the server's process is not visible on this machine" in refused.reasons[0]
    seen = INLINE.replace("global: {", "global: {external_labels: {a: b}, ")
    write(stage.folder / "live", {"prometheus.yml": seen % "two"})
    assert in_place(stage).became is Became.RELOADED
    masks(stage.server)
    write(stage.folder / "live", {"prometheus.yml": seen % "one"})
    asked = stage.server.asked
    result = in_place(stage)
    assert (result.became, stage.server.asked, result.warnings) == (Became.RELOADED, asked + 1, ()), result
    masks(stage.server)
    flags = {**stage.server.state_now.flags, "config.file": f"{stage.folder}/other.yml"}
    stage.server.state_now = replace(stage.server.state_now, flags=flags)
    write(stage.folder / "live", {"prometheus.yml": seen % "two"})
    assert in_place(stage).became is Became.REFUSED  # its file has another path by now: nothing is known of it


def test_another_order_of_rules_is_a_change(stage: Scene) -> None:
    """A rule that reads a later rule of its group gets the value of the interval before."""
    assert in_place(stage).became is Became.RELOADED
    write(stage.folder / "live", {"rules/a.yml": OTHER_ORDER})
    result = in_place(stage)
    assert (result.became, stage.server.asked) == (Became.RELOADED, 2), result


def test_a_secret_that_was_written_since_is_a_change(stage: Scene) -> None:
    """The good tree has the time of the last write.

    For a secret that is written during a reload, it is unknown which one was read.
    """
    write(stage.folder / "live", {"prometheus.yml": SECRET, "password": "hunter2"})
    stage.server.read()
    secret = stage.folder / "live" / "password"
    os.utime(secret, (10, 10))
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).became is Became.UNCHANGED
    os.utime(secret, (11, 11))
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).became is Became.UNCHANGED
    os.utime(secret, (12, 12))
    stage.server.before_answer = lambda: os.utime(secret, (13, 13))
    assert in_place(stage).became is Became.RELOADED
    stage.server.before_answer = lambda: None
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).became is Became.UNCHANGED


def test_a_load_by_another_actor_or_process_is_no_proof(stage: Scene) -> None:
    """The files of that load are unknown. A harmless reload proves them."""
    assert in_place(stage).became is Became.RELOADED
    stage.server.read()
    assert in_place(stage).became is Became.RELOADED
    vitals = stage.server.state_now.vitals
    stage.server.state_now = replace(stage.server.state_now, vitals=replace(vitals, born=2.0))
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).became is Became.UNCHANGED


def test_edited_files_that_are_loaded_already_are_proved(stage: Scene) -> None:
    """The server has the files on disk, but they are not the last good tree."""
    assert in_place(stage).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    stage.server.read()
    result = in_place(stage)
    assert (result.became, stage.server.asked) == (Became.RELOADED, 2), result


def test_a_failing_rule_of_loaded_edits_is_rolled_back(stage: Scene) -> None:
    """A rule that the good tree has may go on failing."""
    assert in_place(stage).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    stage.server.read()
    read = stage.server.read

    def read_and_break() -> None:
        read()
        breaks(stage.server, "a:b")
        breaks(stage.server, "b:c")

    stage.server.read = read_and_break  # type: ignore[method-assign]
    breaks(stage.server, "a:b")
    breaks(stage.server, "b:c")
    result = in_place(stage)
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, FILES), result
    assert any("rule b:c" in reason for reason in result.reasons), result.reasons
    assert not any("rule a:b" in reason for reason in result.reasons), result.reasons


def test_a_failing_rule_is_not_unchanged(stage: Scene) -> None:
    """A proved rule fails now. The files are reloaded, and the step gives the reason."""
    assert in_place(stage).became is Became.RELOADED
    breaks(stage.server, "a:b")
    result = in_place(stage)
    assert (result.became, stage.server.asked) == (Became.RELOADED, 2), result
    looked = next(step for step in result.steps if step.step is ReloadStep.VERIFY)
    assert (looked.outcome, "the rule fails" in looked.detail) == (Outcome.UNKNOWN, True)


def test_files_that_change_during_the_look_are_not_unchanged(stage: Scene) -> None:
    """The files on disk are not the compared ones any more."""
    request = stage.request(in_place=True)
    assert reload(request).became is Became.RELOADED
    looks: list[None] = []

    def look() -> None:
        if len(looks) == 1:
            write(stage.folder / "live", {"rules/a.yml": OTHER_ORDER})
        looks.append(None)

    stage.server.before_look = look
    result = reload(request)
    assert len(looks) > 1
    assert result.became is not Became.UNCHANGED, result


def test_a_preview_is_marked_as_a_look(stage: Scene) -> None:
    """The answer and the journal have the mark. In the journal a look does not pass."""
    request = stage.request(only_preview=True)
    result = reload(request)
    assert (result.became, result.looked) == (Became.UNCHANGED, True)
    (last,) = records(request.policy_file.journal, limit=1, kind="reload")
    assert (last.outcome, last.detail["look"]) == (Outcome.UNKNOWN, True)
    assert not recover(request).looked


OLD = Contents(
    "p.yml", BEFORE.configuration, (), "", read_scrape_files("", {"a.yml": "scrape_configs: [{job_name: a}]"})
)


def test_targets_of_new_jobs_are_no_baseline() -> None:
    """The server has read the edited files already. Jobs of the old scrape files are jobs of the old files."""
    targets = (target(job="node"), target(job="a"), target(job="new"))
    before = replace(BEFORE, rules=(), targets=targets)
    assert baseline(Snapshot(old=OLD, has_new=True), before).targets == targets[:2]
    assert baseline(Snapshot(old=OLD, has_new=True, has_old=True), before) is before
    assert baseline(Snapshot(has_new=True), before) is before
