"""The writer of a policy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, PolicyError
from gonogo.heartbeat.beat import heartbeat_writer
from gonogo.policy.heartbeat import load_heartbeat


def policy(folder: Path, heartbeat: str, realm: str = "realm: prod") -> Path:
    """Write a policy."""
    path = folder / "gonogo.yaml"
    path.write_text(f"version: 1\n{realm}\nprefix: duri\nheartbeat: {heartbeat}\n", encoding="utf-8")
    return path


def test_a_state_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    """A file in the folder's place is said."""
    (tmp_path / ".gonogo").touch()
    path = policy(tmp_path, "{textfile_dir: null, pushgateway: 'http://127.0.0.1:9091', read: push}")
    with pytest.raises(ActionFailed, match=r"\.gonogo: no beat: there is no folder"):
        heartbeat_writer(load_heartbeat(path))


def test_a_pushgateway_that_no_request_can_name_is_a_policy_error(tmp_path: Path) -> None:
    """Exit 2, before anything is written."""
    path = policy(tmp_path, "{textfile_dir: ., pushgateway: 'http://h\u00f6st:9091'}")
    with pytest.raises(PolicyError, match=r"heartbeat\.pushgateway"):
        heartbeat_writer(load_heartbeat(path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["gonogo.yaml"]


def test_a_textfile_lies_where_the_policy_says_with_state_and_lock_beside_it(tmp_path: Path) -> None:
    """Paths start from the policy's folder; names start with the prefix."""
    (tmp_path / "textfile").mkdir()
    writer = heartbeat_writer(load_heartbeat(policy(tmp_path, "{textfile_dir: textfile, labels: {team: a}}")))
    beat = writer.beat()
    assert beat.published == (str(tmp_path / "textfile" / "duri_textfile_heartbeat.prom"),)
    names = sorted(entry.name for entry in (tmp_path / "textfile").iterdir())
    assert names == [".duri_heartbeat.lock", ".duri_heartbeat.state", "duri_textfile_heartbeat.prom"]
    assert (
        b'duri_textfile_heartbeat_seq{metric_realm="prod",team="a",via="textfile"} '
        in (tmp_path / "textfile" / "duri_textfile_heartbeat.prom").read_bytes()
    )


def test_push_only_keeps_its_state_by_the_policy(tmp_path: Path) -> None:
    """The folder is made; the group names the job and the host."""
    path = policy(tmp_path, "{textfile_dir: null, pushgateway: 'http://127.0.0.1:9091', read: push}")
    writer = heartbeat_writer(load_heartbeat(path))
    assert writer.state == tmp_path / ".gonogo" / ".duri_heartbeat.state"
    assert writer.state.parent.is_dir()
    assert writer.group is not None
    assert writer.group.labels == {"job": "duri_heartbeat", "instance": os.uname().nodename}


def test_a_system_without_realms_has_no_such_label(tmp_path: Path) -> None:
    """``realm: null`` leaves the label out."""
    writer = heartbeat_writer(load_heartbeat(policy(tmp_path, "{textfile_dir: .}", "preset: null\nrealm: null")))
    writer.beat()
    assert b'duri_textfile_heartbeat_seq{via="textfile"} ' in (tmp_path / "duri_textfile_heartbeat.prom").read_bytes()


def test_clock_and_instance_can_be_given(tmp_path: Path) -> None:
    """A rehearsal can beat in the past, or with a fixed instance."""
    path = policy(tmp_path, "{textfile_dir: ., pushgateway: 'http://127.0.0.1:9091'}")
    writer = heartbeat_writer(load_heartbeat(path), instance="fixed", nanoseconds=lambda: 5_000_000_000)
    assert writer.nanoseconds() == 5_000_000_000
    assert writer.group is not None
    assert writer.group.labels["instance"] == "fixed"
