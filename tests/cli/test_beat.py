"""One beat, and its plain form, which must mean what the long way through click means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gonogo.cli.beat import beat, plain_beat
from gonogo.errors import PolicyError
from tests.command import Ended, gonogo

POLICY = "version: 1\nrealm: test\nprefix: duri\nheartbeat: {textfile_dir: .}\n"
STATE = ".duri_heartbeat.state"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Make a policy whose next beat is number 42."""
    path = tmp_path / "gonogo.yaml"
    path.write_text(POLICY, encoding="utf-8")
    (tmp_path / STATE).write_text("41\n", encoding="ascii")
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["heartbeat"],
        ["heartbeat", "beat"],
        ["heartbeat", "beat", "--policy"],
        ["heartbeat", "beat", "--policy", ""],
        ["heartbeat", "beat", "--policy", "--help"],
        ["heartbeat", "beat", "--policy=a.yaml"],
        ["heartbeat", "beat", "--policy", "a.yaml", "--format", "json"],
        ["heartbeat", "run", "--policy", "a.yaml"],
        ["--debug", "heartbeat", "beat", "--policy", "a.yaml"],
    ],
)
def test_what_is_not_exactly_the_plain_form_is_left_to_click(arguments: list[str]) -> None:
    """One form is recognised, and no other is guessed at."""
    assert plain_beat(arguments) is None


def test_the_plain_form_names_the_policy() -> None:
    """It is taken as it stands."""
    assert plain_beat(["heartbeat", "beat", "--policy", "a b.yaml"]) == Path("a b.yaml")


def test_a_beat_without_a_policy_is_an_error(tmp_path: Path) -> None:
    """It is raised to the door."""
    with pytest.raises(PolicyError):
        beat(tmp_path / "none.yaml", "text")


def test_a_beat_prints_text_or_json(policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Number and place; a lost state is said beside the answer."""
    beat(policy, "text")
    assert capsys.readouterr().out.startswith("beat 42 at 20")
    (policy.parent / STATE).unlink()
    beat(policy, "json")
    out, err = capsys.readouterr()
    assert json.loads(out)["sequence"] == 43
    assert err.startswith("gonogo: ")
    assert "the last published number is 42" in err


def ended(policy: Path, *more: str) -> Ended:
    """Beat in a process, from the same state."""
    (policy.parent / STATE).write_text("41\n", encoding="ascii")
    (policy.parent / "duri_textfile_heartbeat.prom").unlink(missing_ok=True)
    return gonogo("heartbeat", "beat", "--policy", policy.name, *more, cwd=policy.parent)


@pytest.mark.parametrize(
    "text",
    [
        POLICY,
        "version: 1\nrealm: test\nprefix: 7\nheartbeat: {every: soon, textfile_dir: .}\n",
        POLICY.replace("textfile_dir: .", "textfile_dir: nowhere"),
        POLICY.replace("textfile_dir: .", "textfile_dir: ., pushgateway: 'http://127.0.0.1:1'"),
        "[",
    ],
    ids=["beats", "policy", "folder", "push", "yaml"],
)
def test_the_plain_form_ends_as_the_long_way_does(policy: Path, text: str) -> None:
    """The same exit code and the same words, for what works and for each kind of failure."""
    policy.write_text(text, encoding="utf-8")
    plain, long = ended(policy), ended(policy, "--format", "text")
    assert plain.code == long.code
    assert plain.out.partition(" at ")[0] == long.out.partition(" at ")[0]
    assert plain.out.partition(" published ")[2] == long.out.partition(" published ")[2]
    assert plain.err == long.err


def test_a_plain_beat_imports_no_click(policy: Path) -> None:
    """That is what the plain form is for."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    argv = [sys.executable, "-X", "importtime", "-m", "gonogo", "heartbeat", "beat", "--policy", str(policy)]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("beat 42 at 20")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "gonogo.actuators.heartbeat_writer" in imported
    assert imported & {"click", "socket", "pydantic", "http.client", "logging"} == set()
