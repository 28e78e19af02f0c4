"""Every error ends as a message with an exit code. A traceback is only for --debug and for the log of a bug."""

from __future__ import annotations

import json
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
    """Raise an error in a command, handle it, and return the exit code."""

    def command() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        command()
    return leave(raised.value, debug=debug)


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
def test_an_error_is_printed_and_has_its_exit_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard error begins with the command's name and has no traceback."""
    assert left(error) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("gonogo: ")
    assert "what" in told.err
    assert "Traceback" not in told.err


def test_all_four_parts_of_an_error_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The place, the error, the cause and the next step are printed."""
    assert left(SourceError("no answer", where="http://host", why="it is off", next_step="start it")) == 3
    assert capsys.readouterr().err == "gonogo: http://host: no answer\n  why:  it is off\n  next: start it\n"


def test_control_characters_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """This holds for messages, tracebacks and the name of a bug."""
    for error in (SourceError("\x1b[2J\x07\x9b", why="\u202e"), ValueError("\x1b[2J"), click.UsageError("\x1b[2J")):
        left(error, debug=True)
        err = capsys.readouterr().err
        assert "\\x1b[2J" in err
        assert not set(err) & set("\x1b\x07\x9b\u202e")


def test_debug_shows_the_traceback_before_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code and the message stay the same."""
    assert left(SourceError("no answer"), debug=True) == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith("gonogo: no answer\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_has_exit_code_130(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error has one line and no traceback."""
    assert left(error) == 130
    assert capsys.readouterr().err == "gonogo: interrupted\n"


def test_a_normal_exit_keeps_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    """``SystemExit`` and click's ``Exit`` have their own code, and print nothing."""
    assert [left(SystemExit(code)) for code in (None, 0, 4, "text")] == [0, 0, 4, 0]
    assert left(click.exceptions.Exit(3)) == 3
    assert capsys.readouterr() == ("", "")


def test_a_broken_pipe_prints_no_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is gone, so standard output is not used again."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert left(BrokenPipeError()) == 141
    assert sys.stdout is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "error", [ValueError("odd"), KeyError("odd"), RecursionError("odd"), RuntimeError("odd"), OSError(5, "odd")]
)
def test_a_bug_has_exit_code_70_and_a_log(
    error: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the path of the log.

    The log has the traceback and the versions, and only the owner can read it.
    """
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


def test_a_bug_without_a_message_shows_its_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the exception stands in the place of the message."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert left(AssertionError()) == 70
    assert "a bug in gonogo: AssertionError" in capsys.readouterr().err


def test_a_bug_is_reported_also_without_a_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says why the log is missing, and how to see the traceback."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert left(ValueError("odd")) == 70
    err = capsys.readouterr().err
    assert "a bug in gonogo: odd" in err
    assert "'gonogo --debug'" in err
    assert "No such file or directory" in err


def test_a_full_standard_error_does_not_change_the_exit_code(tmp_path: Path) -> None:
    """The message cannot be written, but the exit code still shows the error."""
    with Path("/dev/full").open("wb") as full:
        argv = (sys.executable, "-m", "gonogo", "decide", "--policy", "nowhere.yaml")
        done = subprocess.run(argv, cwd=tmp_path, stdout=subprocess.PIPE, stderr=full, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_before_the_error_decides_the_exit_code(
    number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error after a signal counts as an interrupt. A bug stays a bug."""
    for error in (SourceError("what"), click.UsageError("what")):
        with noted():
            signal.raise_signal(number)
            assert left(error) == code
        assert capsys.readouterr().err == "gonogo: interrupted\n"
    with noted():
        signal.raise_signal(number)
        assert left(ValueError("what")) == 70


def test_every_part_of_an_error_has_its_line_and_its_json_key() -> None:
    """The text is the same as the text of the error itself."""
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


def test_every_mistake_of_a_policy_is_in_text_and_json() -> None:
    """A mistake has its place, if the place is known."""
    error = PolicyError((Problem(Position("a", 1, 2), "odd", "mend it"), Problem(None, "gone")))
    assert mistake_text(mistake_of(error)) == f"gonogo: {error}\n"
    told = json.loads(mistake_json(mistake_of(error)))
    assert told["mistakes"] == [
        {"path": "a", "line": 1, "column": 2, "message": "odd", "next": "mend it"},
        {"path": None, "line": None, "column": None, "message": "gone", "next": None},
    ]
    assert (told["where"], told["why"], told["next"], told["exit_code"]) == (None, None, None, 2)
