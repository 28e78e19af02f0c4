"""Runs and their records."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, MissingTool
from gonogo.journal.records import newest, records
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import KEPT_FINDINGS, Recording, Run, failed
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from tests.policy_folder import RULES, policy_folder

PASSED = Run("obs-lint", Outcome.PASS, "all is well", seen={"files": 1}, tools={"promtool": "2.42.0"})


def test_a_run_without_its_tool_is_not_recorded(tmp_path: Path) -> None:
    """The run did not begin, so the journal has no record."""
    policy_file = policy_folder(tmp_path)
    with pytest.raises(MissingTool), Recording(policy_file, "obs-lint"):
        raise MissingTool("promtool is not installed")
    assert records(policy_file.journal) == ()


def test_a_failed_action_is_recorded_as_a_failed_run(tmp_path: Path) -> None:
    """The record has the cause of the failure."""
    policy_file = policy_folder(tmp_path)
    with Recording(policy_file, "sandbox-smoke-60s") as record:
        raise ActionFailed("the server did not start", why="its port is taken")
    assert record.run.outcome is Outcome.FAIL
    assert record.run.detail == "sandbox-smoke-60s could not be run: the server did not start"
    assert records(policy_file.journal)[0].outcome == "FAIL"


def test_an_interrupted_run_leaves_no_record(tmp_path: Path) -> None:
    """An interrupt says nothing about the inputs."""
    policy_file = policy_folder(tmp_path)
    with pytest.raises(KeyboardInterrupt), Recording(policy_file, "obs-lint"):
        raise KeyboardInterrupt
    assert records(policy_file.journal) == ()


def test_a_journal_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The error also leaves the ``with`` block.

    It does not become a failed run, so the caller learns that no record exists.
    """
    policy_file = policy_folder(tmp_path)
    policy_file.journal.mkdir(parents=True)
    with pytest.raises(ActionFailed, match="journal"), Recording(policy_file, "obs-lint") as record:
        record.finish(PASSED)


@pytest.mark.parametrize("change", ["edited", "gone", "policy edited", "policy gone"])
def test_inputs_that_change_during_a_run_make_it_unknown(tmp_path: Path, change: str) -> None:
    """The files that the run read are not known, so it passes for neither the old nor the new inputs."""
    policy_file = policy_folder(tmp_path)
    before = run_key(policy_file)
    record = Recording(policy_file, "obs-lint")
    if change == "edited":
        (tmp_path / "rules" / "duri.yml").write_text(RULES + "# changed\n", encoding="utf-8")
    elif change == "gone":
        (tmp_path / "rules" / "duri.yml").unlink()
    elif change == "policy edited":
        policy_file.path.write_bytes(policy_file.path.read_bytes() + b"realm: dev\n")
    else:
        policy_file.path.unlink()
    assert record.finish(PASSED).outcome is Outcome.UNKNOWN
    assert newest(policy_file.journal, "obs-lint", before).passed_at is None


def test_a_passed_run_is_found_again_under_its_inputs(tmp_path: Path) -> None:
    """The record keeps the counts and the versions of the tools."""
    policy_file = policy_folder(tmp_path)
    Recording(policy_file, "obs-lint").finish(PASSED)
    assert newest(policy_file.journal, "obs-lint", run_key(policy_file)).last_passed
    (record,) = records(policy_file.journal)
    assert record.detail["files"] == 1
    assert record.tools == {"promtool": "2.42.0"}


def test_a_record_keeps_a_limited_number_of_findings_and_counts_the_rest(tmp_path: Path) -> None:
    """A journal does not need ten thousand lines."""
    policy_file = policy_folder(tmp_path)
    many = tuple(f"finding {n}" for n in range(KEPT_FINDINGS + 3))
    Recording(policy_file, "obs-lint").finish(failed("obs-lint", many, "mistakes", {}))
    (record,) = records(policy_file.journal)
    kept = record.detail["findings"]
    assert isinstance(kept, list)
    assert (len(kept), kept[-1]) == (KEPT_FINDINGS + 1, "and 3 more")
    assert record.sentence == f"mistakes: finding 0 (and {KEPT_FINDINGS + 2} more)"


def test_an_empty_finding_and_a_count_of_one_make_whole_sentences() -> None:
    """A failure with an empty finding still names the failure, and a count of one is singular."""
    assert failed("obs-lint", ("",), "the rules have mistakes", {}).detail == "the rules have mistakes"
    assert (counted(1, "rule"), counted(2, "rule")) == ("1 rule", "2 rules")
