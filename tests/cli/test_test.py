"""``gonogo test`` from the command line; its pages are in ``tests/cases``."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gonogo.cli.main import main
from tests.fake_promtool import fake_promtool
from tests.ruletests.unit_files import FIRING, RULES, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a test that passes; its cache is beside it."""
    write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def run(*arguments: str) -> int:
    """Run the command and give its exit code."""
    with pytest.raises(SystemExit) as left:
        main(["test", *arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_without_promtool_nothing_passes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and how to get it."""
    monkeypatch.setenv("PATH", str(folder))
    assert run("a_test.yml") == 2
    assert "apt-get install prometheus" in capfd.readouterr().err


def test_the_cache_is_where_it_is_said_to_be(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Or nowhere at all."""
    assert run("a_test.yml", "--no-cache") == 0
    assert not (folder / "cache").exists()
    assert run("a_test.yml") == 0
    assert (folder / "cache" / "gonogo" / "unit").is_dir()
    assert run("a_test.yml", "--cache", "kept") == 0
    assert "from the cache" not in capfd.readouterr().out
    assert run("a_test.yml", "--cache", "kept") == 0
    assert "1 from the cache" in capfd.readouterr().out


@pytest.mark.usefixtures("folder")
def test_files_come_in_one_order(capfd: pytest.CaptureFixture[str]) -> None:
    """Whichever ends first."""
    names = [f"{letter}_test.yml" for letter in "zyxwv"]
    write(Path(), dict.fromkeys(names, FIRING.replace("2x3", "0x3")))
    assert run(".", "--no-cache") == 1
    failing = [line.partition(":")[0] for line in capfd.readouterr().out.splitlines() if "fails in promtool" in line]
    assert failing == sorted(names)


def test_progress_is_shown_on_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After two seconds, and not before."""

    class Terminal(io.StringIO):
        """What is written is kept."""

        def isatty(self) -> bool:
            """Pretend to be one."""
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
def test_files_are_named_as_one_writes_them_here(folder: Path, capfd: pytest.CaptureFixture[str], form: str) -> None:
    """However they were named: in text, in JSON and in JUnit."""
    write(folder, {"t/b_test.yml": FIRING.replace("[r.yml]", "[../r.yml, q.yml]"), "q/q.yml": RULES})
    places = [str(folder / "t"), "--rules", str(folder), "--no-cache", "--junit", "j.xml", "--format", form]
    assert run(*places, "--mutants") == 1
    told = capfd.readouterr().out + (folder / "j.xml").read_text(encoding="utf-8")
    assert str(folder) not in told
    assert "t/b_test.yml" in told
    assert "q/q.yml" in told


def test_a_policy_without_tests_says_so(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The report alone has nothing to show."""
    gates = "signals: {up: {metric: up}}, gates: {a: {require: [up == 1]}}"
    (folder / "gonogo.yaml").write_text(f"{{version: 1, preset: null, realm: null, {gates}, tests: []}}")
    assert run() == 1
    told = "promql-unit FAIL: nothing is tested: there is no test file in the empty list of tests"
    assert told in capfd.readouterr().err
