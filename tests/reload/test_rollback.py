"""The commands for a person after a lost reload. The tests run the commands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.reload.place import ReloadPlace, ReloadRequest, place_of
from gonogo.reload.rollback import by_hand
from gonogo.reload.trees.switch import switch
from gonogo.reload.trees.switch_plan import plan_switch
from tests.config_trees import Place as Trees
from tests.config_trees import linked_place, place


def reloading(folder: Path, trees: Trees, keys: str = "{}") -> ReloadPlace:
    """Return the place of reloads of these trees."""
    path = folder / "gonogo.yaml"
    path.write_text(f"version: 1\nprometheus: {{config: live/prometheus.yml}}\nreload: {keys}\n", encoding="utf-8")
    return replace(place_of(ReloadRequest(load(path))), state=trees.state)


def typed(lines: tuple[str, ...]) -> None:
    """Run the commands between the recovery and the request to the server."""
    for line in lines[1:-1]:
        subprocess.run(["/bin/sh", "-c", line], check=True)


def test_the_commands_put_the_old_files_back(tmp_path: Path) -> None:
    """Bytes, mode, owner and attributes are those of before, and new files are removed."""
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
    """The whole live tree is one link."""
    trees = linked_place(tmp_path)
    switch(trees.state, plan_switch(trees.live, trees.staged))
    typed(by_hand(reloading(tmp_path, trees)))
    assert str(trees.live.root.readlink()) == "releases/1"


def test_many_files_are_not_listed_one_by_one(tmp_path: Path) -> None:
    """The commands name the marker, which has the list. A person cannot type a thousand lines."""
    trees = place(tmp_path)
    switch(trees.state, plan_switch(trees.live, trees.staged))
    lines = by_hand(reloading(tmp_path, trees), most=1)
    assert any(f"{trees.state.marker} names them" in line for line in lines)


def test_without_a_marker_the_commands_only_reload(tmp_path: Path) -> None:
    """The old files may be in place already. A comment reports a marker that cannot be read."""
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
def test_the_last_command_is_the_trigger_of_the_policy(tmp_path: Path, keys: str, command: str) -> None:
    """Arguments are quoted for a shell."""
    assert by_hand(reloading(tmp_path, place(tmp_path), keys))[-1] == command
