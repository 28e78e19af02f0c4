"""The command ``gonogo``: its subcommands, and its exits."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import click
import pytest

from gonogo.cli.main import COMMANDS, gonogo, main
from tests.command import gonogo as called

POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
heartbeat: {textfile_dir: .}
signals: {up: {metric: up}}
gates: {alive: {require: [up == 1]}}
runs: {required: []}
rules: []
tests: []
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with a policy."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def code_of(*arguments: str) -> int:
    """Call the command line and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_without_a_command_the_help_is_printed_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error has only the help."""
    assert code_of() == 2
    err = capsys.readouterr().err
    assert err.startswith("Usage: gonogo ")
    assert all(f"  {name} " in err for name in COMMANDS)


def test_every_command_can_be_imported_and_has_an_example() -> None:
    """The name in the table is the name of the command. Each help shows a call."""
    context = click.Context(gonogo)
    for name in gonogo.list_commands(context):
        command = gonogo.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert "Example: gonogo " in f"{command.help}{command.epilog}"
    assert gonogo.get_command(context, "no-such") is None


def test_a_table_entry_that_is_no_command_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """The import of such an entry raises an error at once."""
    monkeypatch.setitem(COMMANDS, "odd", ("gonogo.cli.main:COMMANDS", "Odd."))
    with pytest.raises(TypeError, match="is not a command"):
        gonogo.get_command(click.Context(gonogo), "odd")


def test_help_imports_no_command() -> None:
    """The help loads click and no large module."""
    text = "import sys, gonogo.cli.main as m\ntry: m.main(['--help'])\nexcept SystemExit: print(sorted(sys.modules))"
    done = subprocess.run((sys.executable, "-c", text), capture_output=True, text=True, check=True, timeout=110)
    for heavy in ("gonogo.cli.decide", "gonogo.app", "pydantic", "yaml", "numpy", "http.client", "rich"):
        assert f"'{heavy}'" not in done.stdout


def test_a_bug_in_a_command_has_exit_code_70_and_names_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output stays empty, so that it cannot be read as a verdict."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nobody")

    monkeypatch.setattr(import_module("gonogo.verdict.decide"), "decide", broken)
    assert code_of("decide") == 70
    out, err = capsys.readouterr()
    (log,) = folder.glob("gonogo-bug-*.log")
    assert out == ""
    assert err == f"gonogo: this is a bug in gonogo: by nobody\n  next: please report it with the log {log}\n"
    assert "ZeroDivisionError: by nobody" in log.read_text(encoding="utf-8")
    assert code_of("--debug", "decide") == 70
    assert capsys.readouterr().err.startswith("Traceback")


def test_debug_after_two_dashes_is_an_argument(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--debug`` after two dashes is the name of a file."""
    assert folder.is_dir()
    assert code_of("lint", "--", "--debug") == 2
    err = capsys.readouterr().err
    assert "--debug" in err
    assert "Traceback" not in err


def test_an_interrupt_of_a_command_has_exit_code_130(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message is the same for every command."""
    assert folder.is_dir()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("gonogo.verdict.decide"), "decide", interrupted)
    assert code_of("decide") == 130
    assert capsys.readouterr().err.strip() == "gonogo: interrupted"


def test_module_and_program_are_the_same(tmp_path: Path) -> None:
    """``python -m gonogo`` does the same as ``gonogo``."""
    ended = called("--version", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("gonogo, version ")


@pytest.mark.parametrize("arguments", [("schema",), ("heartbeat", "beat")])
def test_output_to_a_full_disk_is_an_error(folder: Path, arguments: tuple[str, ...]) -> None:
    """The commands print in different ways."""
    with Path("/dev/full").open("wb") as full:
        argv = (sys.executable, "-m", "gonogo", *arguments)
        done = subprocess.run(argv, cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False, timeout=110)
    assert done.returncode == 74
    assert b"standard output: the answer could not be written" in done.stderr


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that returns nothing ends with 0."""
    assert code_of("schema") == 0
    assert json.loads(capsys.readouterr().out)["type"] == "object"
