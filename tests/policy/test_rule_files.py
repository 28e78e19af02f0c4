"""The policy's rule files: found by its globs, read whole or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.policy.load import load
from gonogo.policy.rule_files import policy_rules, rule_paths
from tests.policy_folder import policy_folder


def test_every_glob_must_match(tmp_path: Path) -> None:
    """Each that does not is named, with the way to fill it."""
    path = policy_folder(tmp_path).path
    text = path.read_text(encoding="utf-8").replace("[rules/*.yml]", "[rules/*.yml, more/*.yml, x.yml]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        rule_paths(load(path))
    assert [problem.message for problem in caught.value.problems] == [
        f"rules: {tmp_path}/more/*.yml matches no file",
        f"rules: {tmp_path}/x.yml matches no file",
    ]
    assert "gonogo rules --out" in str(caught.value)


def test_every_mistake_of_every_file_is_listed(tmp_path: Path) -> None:
    """A file that cannot be read does not hide what is wrong with the next."""
    file = policy_folder(tmp_path)
    (tmp_path / "rules" / "binary.yml").write_bytes(b"\xff")
    (tmp_path / "rules" / "folder.yml").mkdir()
    (tmp_path / "rules" / "wrong.yml").write_text("groups: [{name: g, rules: [{expr: up}]}]\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        policy_rules(file)
    told = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "binary.yml cannot be read" in told
    assert "folder.yml cannot be read" in told
    assert "wrong.yml:1:" in told


def test_files_are_read_once_and_in_order(tmp_path: Path) -> None:
    """Two globs that match the same file make one of it."""
    path = policy_folder(tmp_path).path
    (tmp_path / "rules" / "a.yml").write_text("groups: [{name: a, rules: []}]\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace("[rules/*.yml]", "[rules/*.yml, rules/duri.yml]")
    path.write_text(text, encoding="utf-8")
    file = load(path)
    assert [found.name for found in rule_paths(file)] == ["a.yml", "duri.yml"]
    assert [group.name for group in policy_rules(file)] == ["a", "duri"]
