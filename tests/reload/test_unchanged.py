"""The proof that nothing is left to do: the bytes on disk were verified in the server's last load."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from gonogo.model.rule import LoadedGroup, RuleHealth
from gonogo.reload import verify
from gonogo.reload.compare.scrape_files import read_scrape_files
from gonogo.reload.contents import Contents
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.verify import baseline
from tests.config_trees import write
from tests.reload.answering_server import CONFIG, FILES, MORE, REJECTED, AnsweringServer, Scene, scene
from tests.reload.test_comparison import BEFORE, target

SECRET = CONFIG.replace("  scheme: http\n", "  scheme: http\n  basic_auth: {username: u, password_file: password}\n")
INLINE = CONFIG.replace("  scheme: http\n", "  scheme: http\n  basic_auth: {username: u, password: %s}\n")
OTHER_ORDER = "groups: [{name: a, rules: [{record: 'a:c', expr: up}, {record: 'a:b', expr: up}]}]\n"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Put a server over good files; what is unmet is not waited for."""
    monkeypatch.setattr(verify, "patience", lambda _: timedelta(0))
    with scene(tmp_path) as made:
        yield made


def in_place(stage: Scene) -> ReloadResult:
    """Reload what is live."""
    return reload(stage.request(in_place=True))


def masks(server: AnsweringServer) -> None:
    """Let it show its configuration as a server does: without secrets."""
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


def test_the_first_reload_is_made_and_the_second_is_unchanged(stage: Scene) -> None:
    """The server's answers alone prove nothing. The verification of its last load does."""
    first = in_place(stage)
    assert (first.became, stage.server.asked) == (Became.RELOADED, 1), first
    switched = next(step for step in first.steps if step.step is ReloadStep.SWITCH)
    assert "are loaded once more" in switched.detail
    again = in_place(stage)
    assert (again.became, stage.server.asked) == (Became.UNCHANGED, 1), again
    assert ReloadStep.VERIFY in {step.step for step in again.steps}


def test_a_first_reload_that_fails_is_loud(stage: Scene) -> None:
    """The server refuses what it seemed to have, and nothing was proved that could be gone back to."""
    stage.server.replies = [REJECTED]
    result = in_place(stage)
    assert (result.became, stage.live()) == (Became.FAILED, FILES), result
    assert result.detail.startswith("there is no way back: no tree was proved before this first reload")


def test_a_password_in_the_configuration_is_a_change(stage: Scene) -> None:
    """The server masks it, to it both are the same: so it is reloaded only by a server that is known to read the file.

    A change that can be seen shows that once and for all.
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
    """A rule that reads another one of its group reads it an interval later."""
    assert in_place(stage).became is Became.RELOADED
    write(stage.folder / "live", {"rules/a.yml": OTHER_ORDER})
    result = in_place(stage)
    assert (result.became, stage.server.asked) == (Became.RELOADED, 2), result


def test_a_secret_that_was_written_since_is_a_change(stage: Scene) -> None:
    """By the good tree's note of it; of one that is written in the middle of a reload nobody knows which was read."""
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


def test_a_load_of_somebody_else_or_of_another_process_is_no_proof(stage: Scene) -> None:
    """The files of that load are unknown. A harmless reload proves them."""
    assert in_place(stage).became is Became.RELOADED
    stage.server.read()
    assert in_place(stage).became is Became.RELOADED
    vitals = stage.server.state_now.vitals
    stage.server.state_now = replace(stage.server.state_now, vitals=replace(vitals, born=2.0))
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).became is Became.UNCHANGED


def test_edited_files_that_somebody_let_the_server_read_are_reloaded_and_proved(stage: Scene) -> None:
    """The server has what is on disk, though not the last good tree."""
    assert in_place(stage).became is Became.RELOADED
    write(stage.folder / "live", {"rules/b.yml": MORE})
    stage.server.read()
    result = in_place(stage)
    assert (result.became, stage.server.asked) == (Became.RELOADED, 2), result


def test_what_such_files_had_broken_is_no_excuse_for_them(stage: Scene) -> None:
    """A rule that the good tree does not have fails: it goes back; one that it has may go on so."""
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


def test_what_is_broken_is_not_unchanged(stage: Scene) -> None:
    """A rule that fails by now: it is reloaded, and the step says why."""
    assert in_place(stage).became is Became.RELOADED
    breaks(stage.server, "a:b")
    result = in_place(stage)
    assert (result.became, stage.server.asked) == (Became.RELOADED, 2), result
    looked = next(step for step in result.steps if step.step is ReloadStep.VERIFY)
    assert (looked.outcome, "the rule fails" in looked.detail) == (Outcome.UNKNOWN, True)


def test_files_that_change_while_they_are_looked_at_are_not_unchanged(stage: Scene) -> None:
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


def test_a_look_says_that_it_was_one(stage: Scene) -> None:
    """In the answer, and in the journal, where it is no pass."""
    request = stage.request(only_preview=True)
    result = reload(request)
    assert (result.became, result.looked) == (Became.UNCHANGED, True)
    (last,) = records(request.policy_file.journal, limit=1, kind="reload")
    assert (last.outcome, last.detail["look"]) == (Outcome.UNKNOWN, True)
    assert not recover(request).looked


OLD = Contents(
    "p.yml", BEFORE.configuration, (), "", read_scrape_files("", {"a.yml": "scrape_configs: [{job_name: a}]"})
)


def test_targets_of_jobs_that_only_the_edited_files_have_are_no_excuse() -> None:
    """The server has read the edited files already. Jobs of the old scrape files are jobs of the old files."""
    targets = (target(job="node"), target(job="a"), target(job="new"))
    before = replace(BEFORE, rules=(), targets=targets)
    assert baseline(Snapshot(old=OLD, has_new=True), before).targets == targets[:2]
    assert baseline(Snapshot(old=OLD, has_new=True, has_old=True), before) is before
    assert baseline(Snapshot(has_new=True), before) is before
