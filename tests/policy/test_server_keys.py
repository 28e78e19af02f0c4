"""The keys of the safe reload."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.policy.load import load
from gonogo.policy.settings import ReloadSettings, Trigger
from gonogo.policy.values import share


def settings(folder: Path, keys: str) -> ReloadSettings:
    """Load a policy with these keys of ``reload``."""
    path = folder / "gonogo.yaml"
    path.write_text(f"version: 1\nreload: {keys}\n", encoding="utf-8")
    return load(path).reload


def test_the_defaults_of_a_reload(tmp_path: Path) -> None:
    """The trigger is HTTP, with a gap, a bound on removals and a timeout."""
    found = settings(tmp_path, "{}")
    assert found == ReloadSettings(min_gap=timedelta(seconds=5), max_removed=0.25, timeout=timedelta(minutes=5))


def test_paths_start_from_the_policys_folder(tmp_path: Path) -> None:
    """Each path of the reload is relative to that folder."""
    keys = "{trigger: signal, pid_file: p, metrics: m, state: s, min_gap: null, promtool: {command: [a, b], base: c}}"
    found = settings(tmp_path, keys)
    assert (found.trigger, found.pid_file) == (Trigger.SIGNAL, tmp_path / "p")
    assert (found.metrics, found.state) == (tmp_path / "m", tmp_path / "s")
    assert (found.promtool, found.promtool_root, found.promtool_base) == (("a", "b"), None, tmp_path / "c")
    assert found.min_gap == timedelta(0)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("{trigger: signal}", "the trigger signal needs either pid or pid_file"),
        ("{trigger: signal, pid: 12, pid_file: p}", "the trigger signal needs either pid or pid_file"),
        ("{pid: 12}", "pid and pid_file are only for the trigger signal"),
        ("{trigger: command}", "the trigger command needs the key command"),
        ("{command: [a]}", "the trigger command needs the key command"),
        ("{trigger: signal, pid: 1}", "must be at least 2"),
        ("{max_removed: 5}", "must be a share such as 5%"),
        ("{max_removed: 101%}", "must be a share such as 5%"),
        ("{trigger: ssh}", "trigger"),
        ("{promtool: {}}", "command"),
    ],
)
def test_contradictory_or_invalid_reload_keys_are_refused(tmp_path: Path, keys: str, told: str) -> None:
    """The message has the place in the file."""
    with pytest.raises(PolicyError, match=told):
        settings(tmp_path, keys)


@pytest.mark.parametrize(("text", "number"), [("0%", 0.0), ("5%", 0.05), ("12.5%", 0.125), ("100%", 1.0)])
def test_a_share_is_written_in_percent(text: str, number: float) -> None:
    """The share is read as a number from 0 to 1."""
    assert share(text) == number
