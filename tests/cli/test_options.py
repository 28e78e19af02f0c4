"""Options and paths on the command line, and the completion of a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gonogo.cli.options import NamedOption, OneOf
from gonogo.model.record import KINDS
from tests.command import in_process


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide", "--policy", ""),
        ("heartbeat", "beat", "--policy", ""),
        ("lint", ""),
        ("lint", "--baseline", ""),
        ("lint", "--requirements", ""),
        ("reload", "--from", ""),
        ("rules", "--out", ""),
        ("rules", "--out", "x", "--tests-out", ""),
        ("sandbox", "--directory", ""),
        ("test", ""),
        ("test", "x", "--rules", ""),
        ("test", "--cache", ""),
        ("test", "--junit", ""),
    ],
)
def test_an_empty_path_is_not_the_current_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """An empty variable in a script must not lint, test or reload the current folder."""
    ended = in_process(*arguments, cwd=tmp_path)
    assert (ended.code, "the path is empty" in ended.err) == (2, True), ended
    assert list(tmp_path.iterdir()) == []


def completed(words: str) -> list[str]:
    """Return the completions that bash gets."""
    asked = {"_GONOGO_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    done = subprocess.run(
        (sys.executable, "-m", "gonogo"), env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_a_shell_completes_commands_options_and_values() -> None:
    """Kinds of records and faults are completed too."""
    assert completed("gonogo de") == ["decide"]
    assert completed("gonogo journal li") == ["list"]
    assert completed("gonogo journal list --ki") == ["--kind"]
    assert completed("gonogo journal list --kind ") == list(KINDS)
    assert completed("gonogo dryrun --inject b") == ["burn"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(shell: str) -> None:
    """The script requests completions through the variable that gonogo reads."""
    argv = (sys.executable, "-m", "gonogo", "--completion", shell)
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert f"_GONOGO_COMPLETE={shell}_complete" in done.stdout


def test_a_hidden_option_has_no_line_of_help() -> None:
    """Options of another type keep their help. Options with names list the names."""
    context = click.Context(click.Command("c"))
    names = OneOf("name", lambda: ["a", "b"])
    assert NamedOption(["--hidden"], type=names, hidden=True).get_help_record(context) is None
    assert NamedOption(["--plain"], help="Plain.").get_help_record(context) == ("--plain TEXT", "Plain.")
    record = NamedOption(["--named"], type=names, metavar="N", help="Named.").get_help_record(context)
    assert record == ("--named N", "Named. One of: a, b.")


def test_an_unknown_name_is_refused() -> None:
    """The error lists the known names, without a guess."""
    names = OneOf("name", lambda: ["a", "b"])
    assert names.convert("a", None, None) == "a"
    with pytest.raises(click.BadParameter, match="there is no name 'zzz'; choose from a, b"):
        names.convert("zzz", None, None)
