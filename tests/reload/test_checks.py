"""A staged tree as it will be once it is live."""

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
    """No mirror is made."""
    trees, policy_file = place(tmp_path), policy_of(tmp_path)
    with mirrored(policy_file, trees.live, None, None) as mirror:
        assert mirror.policy_file is policy_file
        assert mirror.root == trees.live.root
        assert mirror.with_real_paths("x") == "x"
    assert staged_policy(policy_file, trees.live, None) is policy_file
    assert staged_policy(policy_file, None, trees.staged) is policy_file


def test_the_mirror_has_the_staged_files_in_the_layout_of_the_live_ones(tmp_path: Path) -> None:
    """The policy's rules and tests are in the mirror, other files stay, and messages have the real paths."""
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
    """The mirror may lie below the working directory: then findings name its files relative to that."""
    trees = place(tmp_path)
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as elsewhere:
        monkeypatch.chdir(elsewhere.root.parent.parent)
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        finding = f"{shown(mirror.root / 'rules' / 'c.yml')}:1"
        assert not finding.startswith("/")
        assert mirror.with_real_paths(finding) == f"{trees.staged.root}/rules/c.yml:1"


def test_absolute_paths_of_the_live_tree_mean_the_staged_one(tmp_path: Path) -> None:
    """Else the old rules would be checked."""
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


def test_tests_inside_the_tree_are_the_staged_ones_where_there_are_any(tmp_path: Path) -> None:
    """Else the live ones."""
    trees: Place = place(tmp_path)
    write(trees.live.root / "tests", {"a.yml": "live\n"})
    policy_file = policy_of(tmp_path, "live/tests")
    with mirrored(policy_file, trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        assert (mirror.policy_file.tests[0] / "a.yml").read_text(encoding="utf-8") == "live\n"
    write(trees.staged.root / "tests", {"a.yml": "staged\n"})
    with mirrored(policy_file, trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        assert (mirror.policy_file.tests[0] / "a.yml").read_text(encoding="utf-8") == "staged\n"


def test_the_journals_key_is_of_the_staged_files(tmp_path: Path) -> None:
    """The key uses the names of the staged files, not those of the mirror."""
    trees = place(tmp_path)
    found = staged_policy(policy_of(tmp_path), trees.live, trees.staged)
    assert found.server.config == trees.staged.root / "prometheus.yml"
    assert found.rules == (f"{trees.staged.root}/rules/*.yml", f"{tmp_path}/other/*.yml")


def test_a_linked_folder_is_followed_as_the_servers_globs_do(tmp_path: Path) -> None:
    """A stage may share its rules; a link that leads back to the stage ends nobody's walk."""
    trees = place(tmp_path)
    (trees.staged.root / "rules").rename(tmp_path / "shared")
    (trees.staged.root / "rules").symlink_to("../shared")
    (trees.staged.root / "round").symlink_to(".")
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        found = sorted(path.name for path in (mirror.root / "rules").glob("*.yml"))
        assert found == ["a.yml", "b.yml", "c.yml"]
        assert (mirror.root / "rules" / "c.yml").resolve() == tmp_path / "shared" / "c.yml"


def test_the_mirror_of_a_linked_tree_lends_nothing_of_the_old_one(tmp_path: Path) -> None:
    """Once the link is turned the server reads the new folder alone."""
    trees = linked_place(tmp_path)
    (trees.staged.root / "secrets" / "password").unlink()
    with mirrored(policy_of(tmp_path), trees.live, trees.staged, snapshot(trees.staged)) as mirror:
        assert not (mirror.root / "secrets" / "password").exists()
