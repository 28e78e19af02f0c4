"""Every error leaves in words, with its exit code; a traceback is for --debug and for the log of a bug."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import pytest

from gonogo.cli.error_door import leave, mistake_json, mistake_of, mistake_text
from gonogo.errors import ActionFailed, Busy, GonogoError, MissingTool, PolicyError, Position, Problem, SourceError
from tests.noted_signals import noted


def left(error: BaseException, *, debug: bool = False) -> int:
    """Raise an error, as a command does, and let it leave."""

    def command() -> None:
        raise error

    try:
        command()
    except BaseException as raised:  # noqa: BLE001 - the door takes everything
        return leave(raised, debug=debug)
    return 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GonogoError("what"), 2),
        (MissingTool("what"), 2),
        (SourceError("what"), 3),
        (Busy("what"), 3),
        (ActionFailed("what"), 1),
        (PolicyError((Problem(Position("a", 1, 2), "what"),)), 2),
        (click.UsageError("what"), 2),
        (click.FileError("what", "why"), 2),
    ],
)
def test_an_error_is_said_and_has_its_code(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, beginning with the command's name, without a traceback."""
    assert left(error) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("gonogo: ")
    assert "what" in told.err
    assert "Traceback" not in told.err


def test_all_four_parts_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    """What, where, why and what next, each on its line."""
    assert left(SourceError("no answer", where="http://host", why="it is off", next_step="start it")) == 3
    assert capsys.readouterr().err == "gonogo: http://host: no answer\n  why:  it is off\n  next: start it\n"


def test_control_characters_are_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    """In words, in a traceback and in a bug's name alike."""
    for error in (SourceError("\x1b[2J\x07\x9b", why="\u202e"), ValueError("\x1b[2J"), click.UsageError("\x1b[2J")):
        left(error, debug=True)
        err = capsys.readouterr().err
        assert "\\x1b[2J" in err
        assert not set(err) & set("\x1b\x07\x9b\u202e")


def test_debug_shows_the_traceback_before_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    """And changes nothing else."""
    assert left(SourceError("no answer"), debug=True) == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith("gonogo: no answer\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    """One word, no traceback."""
    assert left(error) == 130
    assert capsys.readouterr().err == "gonogo: interrupted\n"


def test_what_only_ends_the_process_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """``SystemExit`` and click's ``Exit`` carry their own code."""
    assert [left(SystemExit(code)) for code in (None, 0, 4, "text")] == [0, 0, 4, 0]
    assert left(click.exceptions.Exit(3)) == 3
    assert capsys.readouterr() == ("", "")


def test_a_broken_pipe_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever read has gone: nothing is said, and nothing more is written."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert left(BrokenPipeError()) == 141
    assert sys.stdout is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "error", [ValueError("odd"), KeyError("odd"), RecursionError("odd"), RuntimeError("odd"), OSError(5, "odd")]
)
def test_a_bug_is_70_and_has_a_log(
    error: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of the log is said; the traceback and the versions are in it, and nobody else may read it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert left(error) == 70
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert "gonogo: this is a bug in gonogo: " in told.err
    assert "odd" in told.err
    found = re.search(r"next: please report it with the log (\S+)", told.err)
    assert found is not None
    log = Path(found[1])
    assert log.parent == tmp_path
    assert log.stat().st_mode & 0o777 == 0o600
    text = log.read_text(encoding="utf-8")
    assert text.startswith("gonogo ")
    assert f"Python {sys.version.split()[0]}" in text
    assert f"{type(error).__name__}: " in text


def test_a_bug_without_words_has_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error without text is called by its type."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert left(AssertionError()) == 70
    assert "a bug in gonogo: AssertionError" in capsys.readouterr().err


def test_a_bug_where_no_log_can_be_written_is_still_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how to see it all the same."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert left(ValueError("odd")) == 70
    err = capsys.readouterr().err
    assert "a bug in gonogo: odd" in err
    assert "'gonogo --debug'" in err
    assert "No such file or directory" in err


def test_a_full_standard_error_changes_no_code(tmp_path: Path) -> None:
    """Where nobody can be told, the exit code still tells."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with Path("/dev/full").open("wb") as full:
        argv = (sys.executable, "-m", "gonogo", "decide", "--policy", "nowhere.yaml")
        done = subprocess.run(argv, cwd=tmp_path, stdout=subprocess.PIPE, stderr=full, env=bare, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_that_came_first_is_the_answer(
    number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where the command was still starting; a bug is a bug all the same."""
    for error in (SourceError("what"), click.UsageError("what")):
        with noted():
            signal.raise_signal(number)
            assert left(error) == code
        assert capsys.readouterr().err == "gonogo: interrupted\n"
    with noted():
        signal.raise_signal(number)
        assert left(ValueError("what")) == 70


def test_every_part_has_its_line_and_its_key() -> None:
    """The text is what the error itself writes."""
    error = ActionFailed("it failed", where="a:1:2", why="so", next_step="do it")
    assert mistake_text(mistake_of(error)) == f"gonogo: {error}\n"
    assert json.loads(mistake_json(mistake_of(error))) == {
        "schema": "gonogo/error/v1",
        "error": "it failed",
        "where": "a:1:2",
        "why": "so",
        "next": "do it",
        "mistakes": [],
        "exit_code": 1,
    }


def test_every_mistake_of_a_policy_is_there() -> None:
    """With its place, where it has one."""
    error = PolicyError((Problem(Position("a", 1, 2), "odd", "mend it"), Problem(None, "gone")))
    assert mistake_text(mistake_of(error)) == f"gonogo: {error}\n"
    told = json.loads(mistake_json(mistake_of(error)))
    assert told["mistakes"] == [
        {"path": "a", "line": 1, "column": 2, "message": "odd", "next": "mend it"},
        {"path": None, "line": None, "column": None, "message": "gone", "next": None},
    ]
    assert (told["where"], told["why"], told["next"], told["exit_code"]) == (None, None, None, 2)
