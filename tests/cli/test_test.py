"""``gonogo test`` from the command line. Its pages are in ``tests/cases``."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gonogo.cli.main import main
from tests.fake_promtool import fake_promtool
from tests.ruletests.unit_files import FIRING, RULES, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with a test that passes. The cache is in the folder."""
    write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def run(*arguments: str) -> int:
    """Run the command and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(["test", *arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_without_promtool_the_command_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 2, and the message says how to install promtool."""
    monkeypatch.setenv("PATH", str(folder))
    assert run("a_test.yml") == 2
    assert "apt-get install prometheus" in capfd.readouterr().err


def test_the_cache_is_in_the_given_folder(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """``--no-cache`` makes no cache, and the default is the cache folder of the user."""
    assert run("a_test.yml", "--no-cache") == 0
    assert not (folder / "cache").exists()
    assert run("a_test.yml") == 0
    assert (folder / "cache" / "gonogo" / "unit").is_dir()
    assert run("a_test.yml", "--cache", "kept") == 0
    assert "from the cache" not in capfd.readouterr().out
    assert run("a_test.yml", "--cache", "kept") == 0
    assert "1 from the cache" in capfd.readouterr().out


@pytest.mark.usefixtures("folder")
def test_failing_files_are_listed_by_name(capfd: pytest.CaptureFixture[str]) -> None:
    """The order does not depend on the file that ends first."""
    names = [f"{letter}_test.yml" for letter in "zyxwv"]
    write(Path(), dict.fromkeys(names, FIRING.replace("2x3", "0x3")))
    assert run(".", "--no-cache") == 1
    failing = [line.partition(":")[0] for line in capfd.readouterr().out.splitlines() if "fails in promtool" in line]
    assert failing == sorted(names)


def test_a_slow_run_shows_progress_on_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown after two seconds, and not before."""

    class Terminal(io.StringIO):
        """A stream that claims to be a terminal."""

        def isatty(self) -> bool:
            """Return true."""
            return True

    body = 'for file; do echo "Unit Testing:  $file"; [ -e SLOW ] && sleep 2.5; echo "  SUCCESS"; done\n'
    fake_promtool(folder / "bin", monkeypatch, body)
    write(folder, {"b_test.yml": FIRING})
    for slow, told in ((False, False), (True, True)):
        if slow:
            (folder / "SLOW").touch()
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        assert run(".", "--no-cache") == 0
        assert ("files" in terminal.getvalue()) is told


@pytest.mark.parametrize("form", ["text", "json"])
def test_files_are_named_relative_to_the_current_folder(
    folder: Path, capfd: pytest.CaptureFixture[str], form: str
) -> None:
    """This holds in text, in JSON and in JUnit, for paths in any form."""
    write(folder, {"t/b_test.yml": FIRING.replace("[r.yml]", "[../r.yml, q.yml]"), "q/q.yml": RULES})
    places = [str(folder / "t"), "--rules", str(folder), "--no-cache", "--junit", "j.xml", "--format", form]
    assert run(*places, "--mutants") == 1
    told = capfd.readouterr().out + (folder / "j.xml").read_text(encoding="utf-8")
    assert str(folder) not in told
    assert "t/b_test.yml" in told
    assert "q/q.yml" in told


def test_a_policy_without_tests_fails(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The message says that the policy has no test file."""
    gates = "signals: {up: {metric: up}}, gates: {a: {require: [up == 1]}}"
    (folder / "gonogo.yaml").write_text(f"{{version: 1, preset: null, realm: null, {gates}, tests: []}}")
    assert run() == 1
    told = "promql-unit FAIL: nothing is tested: there is no test file in the empty list of tests"
    assert told in capfd.readouterr().err
