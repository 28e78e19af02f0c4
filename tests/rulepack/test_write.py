"""Writing the pack: foreign files are kept, and equal files are not written again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, UsageError
from gonogo.formats.yaml import parse
from gonogo.model.policy import Signal
from gonogo.model.replacing import replace
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


def test_the_expressions_are_written_as_rules_if_asked_for(tmp_path: Path) -> None:
    """Each records the metric that the signal reads without its expression. One group has one interval."""
    signals = {
        "slow": Signal("slow", "signal slow", expression="max(slow)", interval=timedelta(minutes=1)),
        "errors": Signal("errors", "signal errors", expression="sum(\n  errors\n)", interval=timedelta(seconds=15)),
        "pages": Signal("pages", "signal pages", alerts={}, interval=timedelta(seconds=15)),
    }
    own = replace(POLICY, signals={**POLICY.signals, **signals})
    names = {change.path.name for change in write_rules(own, INTERVAL, tmp_path / "without")}
    assert "duri.signals.yml" not in names
    changes = write_rules(own, INTERVAL, tmp_path, signals=True)
    assert {change.path.name for change in changes} == {*names, "duri.signals.yml"}
    groups = parse((tmp_path / "rules" / "duri.signals.yml").read_text(encoding="utf-8"), "").value
    rule = {"record": "duri_errors", "expr": "sum(\n  errors\n)\n"}
    assert groups == {
        "groups": [
            {"name": "duri-signals-15s", "interval": "15s", "rules": [rule]},
            {"name": "duri-signals-1m", "interval": "1m", "rules": [{"record": "duri_slow", "expr": "max(slow)\n"}]},
        ]
    }


def test_the_expressions_of_a_policy_without_the_preset_are_the_only_file(tmp_path: Path) -> None:
    """There is no folder of tests. A policy without expressions has nothing to write."""
    errors = Signal("errors", "signal errors", expression="sum(errors)", interval=timedelta(seconds=15))
    bare = replace(POLICY, gates=(), prefix="", signals={"errors": errors})
    (change,) = write_rules(bare, INTERVAL, tmp_path, signals=True)
    assert change.path == tmp_path / "rules" / "signals.yml"
    assert "record: errors\n" in change.path.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["rules"]
    with pytest.raises(UsageError, match="no signal of the policy has expr"):
        write_rules(replace(bare, signals={}), INTERVAL, tmp_path, signals=True)
