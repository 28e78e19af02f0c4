"""The commands for a person after a lost reload. The tests run the commands."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gonogo.policy.load import load
from gonogo.reload import rollback
from gonogo.reload.place import ReloadPlace, ReloadRequest, place_of
from gonogo.reload.rollback import by_hand
from gonogo.reload.trees.switch import switch
from gonogo.reload.trees.switch_plan import plan_switch
from tests.config_trees import Place as Trees
from tests.config_trees import linked_place, place


def reloading(folder: Path, trees: Trees, keys: str = "{}") -> ReloadPlace:
    """Give the place of reloads of these trees."""
    path = folder / "gonogo.yaml"
    path.write_text(f"version: 1\nprometheus: {{config: live/prometheus.yml}}\nreload: {keys}\n", encoding="utf-8")
    return replace(place_of(ReloadRequest(load(path))), state=trees.state)


def typed(lines: tuple[str, ...]) -> None:
    """Type the commands between recovery and asking the server."""
    for line in lines[1:-1]:
        subprocess.run(["/bin/sh", "-c", line], check=True)


def test_the_commands_put_the_old_files_back(tmp_path: Path) -> None:
    """Byte for byte, with mode, owner and attributes; what was new is gone."""
    trees = place(tmp_path)
    before = trees.stand()
    switch(trees.state, plan_switch(trees.live, trees.staged))
    assert trees.stand() != before
    lines = by_hand(reloading(tmp_path, trees))
    assert lines[0].startswith("gonogo reload --recover --policy ")
    assert lines[-1] == "curl -fsS -X POST http://127.0.0.1:9090/-/reload"
    typed(lines)
    assert trees.stand() == before


def test_one_command_turns_the_link_back(tmp_path: Path) -> None:
    """The whole tree is one link here."""
    trees = linked_place(tmp_path)
    switch(trees.state, plan_switch(trees.live, trees.staged))
    typed(by_hand(reloading(tmp_path, trees)))
    assert str(trees.live.root.readlink()) == "releases/1"


def test_of_many_files_it_is_said_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person cannot type a thousand lines."""
    monkeypatch.setattr(rollback, "MOST_FILES", 1)
    trees = place(tmp_path)
    switch(trees.state, plan_switch(trees.live, trees.staged))
    lines = by_hand(reloading(tmp_path, trees))
    assert any(f"{trees.state.marker} names them" in line for line in lines)


def test_without_a_marker_only_the_server_is_asked_and_a_broken_one_is_told(tmp_path: Path) -> None:
    """There may be no file to put back."""
    trees = place(tmp_path)
    assert len(by_hand(reloading(tmp_path, trees))) == 3
    trees.state.make()
    trees.state.marker.write_text("{", encoding="utf-8")
    assert by_hand(reloading(tmp_path, trees))[1].startswith("# a switch has not ended, and its marker")


@pytest.mark.parametrize(
    ("keys", "command"),
    [
        ("{trigger: signal, pid: 12}", "kill -HUP 12"),
        ("{trigger: signal, pid_file: /run/p p}", "kill -HUP $(cat '/run/p p')"),
        ("{trigger: command, command: [docker, kill, -s, HUP, a b]}", "docker kill -s HUP 'a b'"),
    ],
)
def test_the_server_is_asked_as_the_policy_says(tmp_path: Path, keys: str, command: str) -> None:
    """In words for a shell."""
    assert by_hand(reloading(tmp_path, place(tmp_path), keys))[-1] == command
