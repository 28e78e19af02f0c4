"""What decide makes of the journal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.journal.run_states import run_states
from gonogo.journal.runs import Recording, Run
from gonogo.model.evidence import RunState
from gonogo.model.gate import OBS_LINT, PROMQL_UNIT, RUN_GATES
from gonogo.model.outcome import Outcome
from gonogo.policy.load import load
from tests.policy_folder import policy_folder


def test_an_input_that_is_missing_stops_it(tmp_path: Path) -> None:
    """A policy that names files which are not there has no key for its runs."""
    file = policy_folder(tmp_path, more="prometheus: {config: nowhere.yml}\n")
    with pytest.raises(PolicyError, match=r"nowhere\.yml"):
        run_states(file)


def test_a_journal_that_cannot_be_read_has_no_record(tmp_path: Path) -> None:
    """The reason is kept for the verdict."""
    file = policy_folder(tmp_path)
    file.journal.mkdir()
    states = run_states(file)
    assert set(states) == set(RUN_GATES)
    for state in states.values():
        assert (state.passed_at, state.last_passed) == (None, None)
        assert "this is not a journal: it is not a regular file" in state.last_detail


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    """Nothing was ever run, and looking makes no file."""
    file = policy_folder(tmp_path)
    assert run_states(file) == dict.fromkeys(RUN_GATES, RunState())
    assert not file.journal.exists()


def test_records_count_for_exactly_these_inputs(tmp_path: Path) -> None:
    """A changed file makes every record one of something else."""
    file = policy_folder(tmp_path)
    Recording(file, OBS_LINT).finish(Run(OBS_LINT, Outcome.PASS, "clean"))
    Recording(file, PROMQL_UNIT).finish(Run(PROMQL_UNIT, Outcome.FAIL, "two tests failed"))
    states = run_states(file)
    assert states[OBS_LINT].passed_at == pytest.approx(time.time(), abs=5)
    assert states[OBS_LINT].last_passed is True
    assert states[PROMQL_UNIT] == RunState(None, last_passed=False, last_detail="two tests failed")
    with (tmp_path / "rules" / "duri.yml").open("a", encoding="utf-8") as rules:
        rules.write("# changed\n")
    assert run_states(file) == dict.fromkeys(RUN_GATES, RunState())


def test_only_required_runs_are_looked_up(tmp_path: Path) -> None:
    """A policy that wants none does not open the journal, nor read its files."""
    file = policy_folder(tmp_path, more="runs: {required: [obs-lint]}\n")
    assert set(run_states(file)) == {OBS_LINT}
    text = file.path.read_text(encoding="utf-8").replace("[obs-lint]", "[]")
    file.path.write_text(text + "prometheus: {config: nowhere.yml}\n", encoding="utf-8")
    assert run_states(load(file.path)) == {}
