"""One beat, and its short form, which must do the same as the form that click parses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gonogo.cli.beat import beat
from gonogo.errors import PolicyError

POLICY = "version: 1\nrealm: test\nprefix: duri\nheartbeat: {textfile_dir: .}\n"
STATE = ".duri_heartbeat.state"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Make a policy whose next beat is number 42."""
    path = tmp_path / "gonogo.yaml"
    path.write_text(POLICY, encoding="utf-8")
    (tmp_path / STATE).write_text("41\n", encoding="ascii")
    return path


def test_a_beat_without_a_policy_is_an_error(tmp_path: Path) -> None:
    """The command raises the policy error."""
    with pytest.raises(PolicyError):
        beat(tmp_path / "none.yaml", "text")


def test_a_beat_prints_text_or_json(policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer has the number. Standard error reports a lost state."""
    beat(policy, "text")
    assert capsys.readouterr().out.startswith("beat 42 at 20")
    (policy.parent / STATE).unlink()
    beat(policy, "json")
    out, err = capsys.readouterr()
    assert json.loads(out)["sequence"] == 43
    assert err.startswith("gonogo: ")
    assert "the last published number is 42" in err
