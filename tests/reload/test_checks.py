"""The staged tree in the layout of the live tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.disk.naming import shown
from gonogo.policy.load import PolicyFile, load
from gonogo.reload.checks import mirrored, staged_policy
from gonogo.reload.trees.manifest import snapshot
from tests.config_trees import Place, linked_place, place, write


def policy_of(folder: Path, tests: str = "tests") -> PolicyFile:
    """Write a policy beside the trees."""
    path = folder / "gonogo.yaml"
    text = "version: 1\nprometheus: {config: live/prometheus.yml}\nrules: [live/rules/*.yml, other/*.yml]\n"
    path.write_text(f"{text}tests: [{tests}]\n", encoding="utf-8")
    return load(path)


def test_a_live_tree_is_its_own_mirror(tmp_path: Path) -> None:
    """Without a staged tree no copy is made."""
    trees, policy_file = place(tmp_path), policy_of(tmp_path)
    with mirrored(policy_file, trees.live, None, None) as mirror:
        assert mirror.policy_file is policy_file
        assert mirror.root == trees.live.root
        assert mirror.with_real_paths("x") == "x"
    assert staged_policy(policy_file, trees.live, None) is policy_file
    assert staged_policy(policy_file, None, trees.staged) is policy_file


def test_the_mirror_has_the_staged_files_in_the_layout_of_the_live_ones(tmp_path: Path) -> None:
    """Rules and tests of the policy are in the mirror, and files outside the tree stay.

    Messages have the real paths.
    """
    trees = place(tmp_path)
    write(tmp_path / "tests", {"deep/a.yml": "tests: []\n"})
    policy_file = policy_of(tmp_path)
    with mirrored(policy_file, trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        config = mirror.policy_file.server.config
        assert config == mirror.root / "prometheus.yml"
        assert mirror.policy_file.rules == (f"{mirror.root}/rules/*.yml", f"{tmp_path}/other/*.yml")
        (tests,) = mirror.policy_file.tests
        assert (tests / "deep" / "a.yml").read_text(encoding="utf-8") == "tests: []\n"
        assert (tests / ".." / "live" / "rules" / "c.yml").resolve() == trees.staged.root / "rules" / "c.yml"
        assert mirror.with_real_paths(f"{mirror.root}/rules/c.yml:1") == f"{trees.staged.root}/rules/c.yml:1"
        assert mirror.with_real_paths(f"{tests}/deep/a.yml") == f"{tmp_path}/tests/deep/a.yml"
        assert (mirror.root / "secrets" / "password").read_text(encoding="utf-8") == "hunter2\n"
    assert not mirror.root.exists()


def test_findings_name_the_staged_files_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working directory may contain the mirror. Findings then have paths relative to it."""
    trees = place(tmp_path)
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as elsewhere:
        monkeypatch.chdir(elsewhere.root.parent.parent)
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        finding = f"{shown(mirror.root / 'rules' / 'c.yml')}:1"
        assert not finding.startswith("/")
        assert mirror.with_real_paths(finding) == f"{trees.staged.root}/rules/c.yml:1"


def test_absolute_paths_of_the_live_tree_mean_the_staged_one(tmp_path: Path) -> None:
    """Otherwise the old rules would be checked."""
    trees = place(tmp_path)
    text = f"rule_files: [{trees.live.root}/rules/*.yml]\nscrape_config_files: [scrapes/*.yml]\n"
    job = "scrape_configs: [{job_name: a, tls_config: {ca_file: %s/tls/ca.pem}}]\n"
    write(trees.staged.root, {"prometheus.yml": text, "scrapes/one.yml": job % trees.live.root})
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        said = (mirror.root / "prometheus.yml").read_text(encoding="utf-8")
        assert said == text.replace(str(trees.live.root), str(mirror.root))
        assert (mirror.root / "scrapes/one.yml").read_text(encoding="utf-8") == job % mirror.root
    assert (trees.staged.root / "scrapes/one.yml").read_text(encoding="utf-8") == job % trees.live.root
    assert (trees.staged.root / "prometheus.yml").read_text(encoding="utf-8") == text


def test_staged_tests_replace_those_of_the_live_tree(tmp_path: Path) -> None:
    """Without staged tests, the tests of the live tree run."""
    trees: Place = place(tmp_path)
    write(trees.live.root / "tests", {"a.yml": "live\n"})
    policy_file = policy_of(tmp_path, "live/tests")
    with mirrored(policy_file, trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        assert (mirror.policy_file.tests[0] / "a.yml").read_text(encoding="utf-8") == "live\n"
    write(trees.staged.root / "tests", {"a.yml": "staged\n"})
    with mirrored(policy_file, trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        assert (mirror.policy_file.tests[0] / "a.yml").read_text(encoding="utf-8") == "staged\n"


def test_the_key_of_the_journal_names_the_staged_files(tmp_path: Path) -> None:
    """The names are not those of the mirror."""
    trees = place(tmp_path)
    found = staged_policy(policy_of(tmp_path), trees.live, trees.staged)
    assert found.server.config == trees.staged.root / "prometheus.yml"
    assert found.rules == (f"{trees.staged.root}/rules/*.yml", f"{tmp_path}/other/*.yml")


def test_a_linked_folder_is_part_of_the_mirror(tmp_path: Path) -> None:
    """Staged trees may share a folder of rules. A link back to the staged tree causes no endless walk."""
    trees = place(tmp_path)
    (trees.staged.root / "rules").rename(tmp_path / "shared")
    (trees.staged.root / "rules").symlink_to("../shared")
    (trees.staged.root / "round").symlink_to(".")
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        found = sorted(path.name for path in (mirror.root / "rules").glob("*.yml"))
        assert found == ["a.yml", "b.yml", "c.yml"]
        assert (mirror.root / "rules" / "c.yml").resolve() == tmp_path / "shared" / "c.yml"


def test_the_mirror_of_a_linked_tree_has_no_file_of_the_old_tree(tmp_path: Path) -> None:
    """The server reads only the new folder once the link is turned."""
    trees = linked_place(tmp_path)
    (trees.staged.root / "secrets" / "password").unlink()
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        assert not (mirror.root / "secrets" / "password").exists()
