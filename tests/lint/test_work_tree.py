"""Tests with a real git and the inputs of a policy."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gonogo.lint.core.estate import Estate
from gonogo.lint.work_tree import GitSilent, ask_git, looking, untracked
from gonogo.policy.file import SANDBOX_MARK
from gonogo.policy.load import PolicyFile, load
from tests.denied_listing import deny_listing
from tests.policy_folder import policy_folder


def git(folder: Path, *arguments: str) -> None:
    """Run git with a name and an address."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run((shutil.which("git") or "git", *who, *arguments), cwd=folder, check=True, capture_output=True)


@pytest.fixture
def policy_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyFile:
    """Write a policy in a folder of a new work tree, and change to its top."""
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(tmp_path)
    return policy_folder(tmp_path / "monitoring")


def missing(policy_file: PolicyFile) -> list[tuple[str, str, bool]]:
    """Return the inputs that git does not have."""
    return [(one.path, one.role, one.ignored) for one in untracked(policy_file)]


def test_an_input_that_was_never_added_is_missing(policy_file: PolicyFile, tmp_path: Path) -> None:
    """Policy, rules, tests and runbooks are missing, and no other files."""
    runbooks = tmp_path / "docs" / "ops"
    runbooks.mkdir(parents=True)
    (runbooks / "disk.md").touch()
    (tmp_path / "docs" / "other.md").touch()
    assert missing(policy_file) == [
        ("docs/ops/disk.md", "docs/ops", False),
        ("monitoring/gonogo.yaml", "policy", False),
        ("monitoring/rules/duri.yml", "rules", False),
        ("monitoring/tests/duri.yml", "tests", False),
    ]


def test_an_ignored_input_is_missing_after_git_add(policy_file: PolicyFile, tmp_path: Path) -> None:
    """A pattern of .gitignore hides the file from every clone."""
    (tmp_path / ".gitignore").write_text("rules/\n", encoding="utf-8")
    git(tmp_path, "add", "-A")
    assert missing(policy_file) == [("monitoring/rules/duri.yml", "rules", True)]


def test_an_added_or_committed_input_is_not_missing(policy_file: PolicyFile, tmp_path: Path) -> None:
    """A change without a commit does not matter."""
    git(tmp_path, "add", "-A")
    assert missing(policy_file) == []
    git(tmp_path, "commit", "-q", "-m", "all")
    (tmp_path / "monitoring" / "rules" / "duri.yml").write_text("groups: []\n", encoding="utf-8")
    assert missing(policy_file) == []


def test_file_names_with_stars_and_spaces_are_not_patterns(policy_file: PolicyFile, tmp_path: Path) -> None:
    """Git does not read such names as patterns."""
    git(tmp_path, "add", "-A")
    (tmp_path / "monitoring" / "rules" / "d*.yml").touch()
    (tmp_path / "monitoring" / "rules" / "ü ö.yml").touch()
    assert [path for path, _, _ in missing(policy_file)] == ["monitoring/rules/d*.yml", "monitoring/rules/ü ö.yml"]


def test_without_a_work_tree_nothing_is_missing(tmp_path: Path) -> None:
    """Without a work tree git is not asked."""
    assert untracked(policy_folder(tmp_path)) == ()


def test_a_file_outside_of_the_work_tree_is_not_missing(tmp_path: Path) -> None:
    """Rules from a package may lie outside."""
    home = tmp_path / "home"
    home.mkdir()
    git(home, "init", "-q")
    (tmp_path / "outside.yml").touch()
    (home / "gonogo.yaml").write_text(f"version: 1\nrules: [{tmp_path}/outside.yml]\n", encoding="utf-8")
    git(home, "add", "-A")
    assert untracked(load(home / "gonogo.yaml")) == ()


def test_the_files_of_the_sandbox_are_not_missing(policy_file: PolicyFile) -> None:
    """The sandbox writes its files again each time."""
    text = policy_file.path.read_text("utf-8")
    policy_file.path.write_text(SANDBOX_MARK + text, encoding="utf-8")
    assert untracked(policy_file) == ()


def test_tests_that_cannot_be_listed_are_not_missing(
    policy_file: PolicyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``gonogo test`` reports such tests."""
    git(tmp_path, "add", "-A")
    deny_listing(monkeypatch, tmp_path / "tests")
    assert untracked(policy_file) == ()


def test_a_missing_or_failing_git_is_a_note(
    policy_file: PolicyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note says that the state of the inputs is not known. No finding is reported."""
    (tmp_path / ".git" / "config").write_text("[core", encoding="utf-8")
    with pytest.raises(GitSilent, match="bad config"):
        untracked(policy_file)
    monkeypatch.setenv("PATH", str(tmp_path))
    estate, (note,) = looking(policy_file)(Estate())
    assert estate.untracked == ()
    assert note == "whether the inputs are in git is not known: git is not installed"
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    with pytest.raises(GitSilent, match=r"git timed out after 0\.2 s"):
        ask_git(tmp_path, "rev-parse", "--show-toplevel", patience=0.2)


def test_the_informant_adds_the_missing_inputs(policy_file: PolicyFile) -> None:
    """The check then finds the missing inputs."""
    estate, notes = looking(policy_file)(Estate())
    assert (len(estate.untracked), notes) == (3, ())
