"""``gonogo rules`` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.cli.main import main

POLICY = "version: 1\npreset: l4-dryrun\nrealm: prod\nprefix: duri\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with a policy."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    """Run the command and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(["rules", *arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize("interval", ["0s", "soon", "-5s"])
def test_an_invalid_interval_is_refused(folder: Path, interval: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2, and no file is written."""
    assert run("--out", "prometheus", f"--interval={interval}") == 2
    assert "--interval" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["gonogo.yaml"]


def test_a_foreign_file_in_the_way_has_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names ``--force``."""
    (folder / "rules").mkdir()
    (folder / "rules" / "duri.rules.yml").write_text("groups: []\n", encoding="utf-8")
    assert run("--out", ".") == 1
    assert "--force" in capsys.readouterr().err


def test_files_at_the_default_paths_of_the_policy_need_no_change(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The policy reads rules and tests there, and the next step is a reload."""
    assert run("--out", "prometheus", "--tests-out", "tests/promql", "--interval", "15s") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "  written  prometheus/rules/duri.rules.yml"
    assert said[-1] == "next: reload Prometheus, then gonogo decide --policy gonogo.yaml"
    assert not any("no command reads it" in line for line in said)
    assert "86400 / 15" in (folder / "prometheus" / "rules" / "duri.rules.yml").read_text(encoding="utf-8")


def test_files_outside_the_paths_of_the_policy_are_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next steps say which paths to add to the policy."""
    assert run("--out", "elsewhere") == 0
    said = capsys.readouterr().out
    assert f"next: add {folder}/elsewhere/rules/duri.rules.yml to rules in gonogo.yaml" in said
    assert f"next: add {folder}/elsewhere/tests to tests in gonogo.yaml" in said


def test_files_that_are_left_over_are_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tests of a removed gate would fail."""
    assert run("--out", ".") == 0
    (folder / "gonogo.yaml").write_text(f"{POLICY}gates: {{canary-quorum-pass: null}}\n", encoding="utf-8")
    assert run("--out", ".") == 0
    said = capsys.readouterr().out
    assert "left over  tests/duri_canary_test.yml" in said
    assert "next: delete the files that are left over" in said
