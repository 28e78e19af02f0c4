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


def test_a_tool_that_is_missing_is_no_run(tmp_path: Path) -> None:
    """Nothing happened, so nothing is recorded."""
    policy_file = policy_folder(tmp_path)
    with pytest.raises(MissingTool), Recording(policy_file, "obs-lint"):
        raise MissingTool("promtool is not installed")
    assert records(policy_file.journal) == ()


def test_an_action_that_failed_is_a_failed_run(tmp_path: Path) -> None:
    """It was tried, and the record says why it did not work."""
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


def test_a_journal_that_cannot_be_written_is_an_error_also_in_a_block(tmp_path: Path) -> None:
    """A run without its record is not a failed run: the caller must learn that nothing is recorded."""
    policy_file = policy_folder(tmp_path)
    policy_file.journal.mkdir(parents=True)
    with pytest.raises(ActionFailed, match="journal"), Recording(policy_file, "obs-lint") as record:
        record.finish(PASSED)


@pytest.mark.parametrize("change", ["edited", "gone"])
def test_inputs_that_change_meanwhile_make_it_unknown(tmp_path: Path, change: str) -> None:
    """Nobody can say what it ran on; it passes for neither the old nor the new inputs."""
    policy_file = policy_folder(tmp_path)
    before = run_key(policy_file)
    record = Recording(policy_file, "obs-lint")
    if change == "edited":
        (tmp_path / "rules" / "duri.yml").write_text(RULES + "# changed\n", encoding="utf-8")
    else:
        (tmp_path / "rules" / "duri.yml").unlink()
    assert record.finish(PASSED).outcome is Outcome.UNKNOWN
    assert newest(policy_file.journal, "obs-lint", before).passed_at is None


def test_a_passed_run_is_found_again_under_its_inputs(tmp_path: Path) -> None:
    """With everything that was worth keeping."""
    policy_file = policy_folder(tmp_path)
    Recording(policy_file, "obs-lint").finish(PASSED)
    assert newest(policy_file.journal, "obs-lint", run_key(policy_file)).last_passed
    (record,) = records(policy_file.journal)
    assert record.detail["files"] == 1
    assert record.tools == {"promtool": "2.42.0"}


def test_a_record_keeps_so_many_findings_and_counts_the_rest(tmp_path: Path) -> None:
    """Ten thousand lines belong on a screen, not in a journal."""
    policy_file = policy_folder(tmp_path)
    many = tuple(f"finding {n}" for n in range(KEPT_FINDINGS + 3))
    Recording(policy_file, "obs-lint").finish(failed("obs-lint", many, "mistakes", {}))
    (record,) = records(policy_file.journal)
    kept = record.detail["findings"]
    assert isinstance(kept, list)
    assert (len(kept), kept[-1]) == (KEPT_FINDINGS + 1, "and 3 more")
    assert record.sentence == f"mistakes: finding 0 (and {KEPT_FINDINGS + 2} more)"


def test_sentences_hold_together_with_nothing_to_say() -> None:
    """A failure without words still names what failed; one thing is one thing."""
    assert failed("obs-lint", ("",), "the rules have mistakes", {}).detail == "the rules have mistakes"
    assert (counted(1, "rule"), counted(2, "rule")) == ("1 rule", "2 rules")
