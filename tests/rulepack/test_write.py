"""Writing the pack: foreign files are kept, and equal files are not written again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, UsageError
from gonogo.rulepack.write import WrittenFile, write_rules
from tests.rulepack.policies import INTERVAL, preset_policy

POLICY = preset_policy()


def test_a_foreign_file_prevents_the_write(tmp_path: Path) -> None:
    """With a foreign file no file at all is written, unless the user forces it."""
    own = tmp_path / "rules" / "duri.alerts.yml"
    own.parent.mkdir()
    own.write_text("groups: []\n", encoding="utf-8")
    with pytest.raises(ActionFailed, match="nothing was written") as refused:
        write_rules(POLICY, INTERVAL, tmp_path)
    assert str(own) in str(refused.value)
    assert [path.name for path in tmp_path.rglob("*.yml")] == ["duri.alerts.yml"]
    write_rules(POLICY, INTERVAL, tmp_path, force=True)
    assert "HeartbeatVanished" in own.read_text(encoding="utf-8")


def test_a_folder_in_the_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    """The folder is an error, even with force."""
    (tmp_path / "rules" / "duri.rules.yml").mkdir(parents=True)
    with pytest.raises(ActionFailed, match="gonogo did not write"):
        write_rules(POLICY, INTERVAL, tmp_path)
    with pytest.raises(ActionFailed, match="not all files of the rules could be written"):
        write_rules(POLICY, INTERVAL, tmp_path, force=True)


def test_a_policy_without_signals_of_the_preset_has_no_rules(tmp_path: Path) -> None:
    """An empty rule file would look like a working one."""
    with pytest.raises(UsageError, match="uses no signal of the preset"):
        write_rules(replace(POLICY, gates=()), INTERVAL, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    """Files with the right content are not touched."""
    first = write_rules(POLICY, INTERVAL, tmp_path)
    assert {change.change for change in first} == {WrittenFile.WRITTEN}
    times = {change.path: change.path.stat().st_mtime_ns for change in first}
    again = write_rules(POLICY, INTERVAL, tmp_path)
    assert {change.change for change in again} == {WrittenFile.UNCHANGED}
    assert times == {change.path: change.path.stat().st_mtime_ns for change in again}


def test_files_that_the_policy_no_longer_needs_are_listed(tmp_path: Path) -> None:
    """The test of a removed gate would fail, so its file is listed and kept. Other files are not listed."""
    write_rules(POLICY, INTERVAL, tmp_path)
    (tmp_path / "tests" / "duri_own_test.yml").write_text("tests: []\n", encoding="utf-8")
    fewer = replace(POLICY, gates=POLICY.gates[:2])
    left = [c.path.name for c in write_rules(fewer, INTERVAL, tmp_path) if c.change is WrittenFile.LEFT_OVER]
    assert "duri_canary_test.yml" in left
    assert "duri_own_test.yml" not in left


def test_tests_have_a_relative_path_to_their_rules(tmp_path: Path) -> None:
    """Both folders can move together."""
    write_rules(POLICY, INTERVAL, tmp_path / "prometheus", tmp_path / "tests" / "promql")
    test = tmp_path / "tests" / "promql" / "duri_dr_test.yml"
    assert "\n  - ../../prometheus/rules/duri.rules.yml\n" in test.read_text(encoding="utf-8")
    assert os.stat(test).st_mode & 0o777 == 0o644  # noqa: PTH116 - the mode itself is meant
