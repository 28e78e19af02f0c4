"""The files that match a policy's globs and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.policy.inputs import matching, policy_rules, rule_files, rule_paths, unit_files
from gonogo.policy.load import load
from tests.policy_folder import policy_folder


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("groups: []\n")


def test_a_glob_without_a_match_gives_no_files(tmp_path: Path) -> None:
    """No file is made up."""
    assert matching(f"{tmp_path}/*.yml") == ()
    assert rule_files((f"{tmp_path}/*.yml", f"{tmp_path}/none.yml")) == ()


def test_a_glob_matches_hidden_files(tmp_path: Path) -> None:
    """The server loads hidden files too, so they count."""
    _write(tmp_path, ".hidden.yml", "b.yml", "a.yml", "c.txt")
    assert [path.name for path in matching(f"{tmp_path}/*.yml")] == [".hidden.yml", "a.yml", "b.yml"]


def test_a_file_that_two_globs_match_is_listed_once(tmp_path: Path) -> None:
    """Overlapping globs name a file once."""
    _write(tmp_path, "b.yml", "a.yml")
    assert [path.name for path in rule_files((f"{tmp_path}/*.yml", f"{tmp_path}/a.yml"))] == ["a.yml", "b.yml"]


def test_a_path_that_is_no_folder_is_taken_as_a_file(tmp_path: Path) -> None:
    """The name of the file does not matter, and the file may be missing."""
    _write(tmp_path, "tests.txt")
    assert unit_files(tmp_path / "tests.txt") == (tmp_path / "tests.txt",)
    assert unit_files(tmp_path / "none") == (tmp_path / "none",)


def test_a_folder_gives_all_yaml_below_it(tmp_path: Path) -> None:
    """Files of all subfolders count, with both suffixes."""
    _write(tmp_path, "a.yml", "deep/er/b.yaml", "deep/notes.md", "deep/.c.yml")
    found = [str(path.relative_to(tmp_path)) for path in unit_files(tmp_path)]
    assert found == ["a.yml", "deep/.c.yml", "deep/er/b.yaml"]


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    """The files of a linked folder count. A link to a folder above is not followed."""
    _write(tmp_path, "outside/a.yml", "tests/b.yml")
    (tmp_path / "tests" / "linked").symlink_to(tmp_path / "outside")
    (tmp_path / "tests" / "circle").symlink_to(tmp_path / "tests")
    found = [str(path.relative_to(tmp_path / "tests")) for path in unit_files(tmp_path / "tests")]
    assert found == ["b.yml", "linked/a.yml"]


def test_a_pattern_longer_than_any_path_matches_nothing() -> None:
    """The search ends at once."""
    assert matching("/" + "[" * 60_000) == ()


def test_every_glob_must_match(tmp_path: Path) -> None:
    """The error names each glob without a match, and the next step."""
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
    """A file that cannot be read does not hide the mistakes of the next file."""
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
    """A file that two globs match is read once."""
    path = policy_folder(tmp_path).path
    (tmp_path / "rules" / "a.yml").write_text("groups: [{name: a, rules: []}]\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace("[rules/*.yml]", "[rules/*.yml, rules/duri.yml]")
    path.write_text(text, encoding="utf-8")
    file = load(path)
    assert [found.name for found in rule_paths(file)] == ["a.yml", "duri.yml"]
    assert [group.name for group in policy_rules(file)] == ["a", "duri"]
