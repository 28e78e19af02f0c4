"""Beats at a steady interval."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed, PolicyError
from gonogo.heartbeat.rhythm import beats, heartbeat_writer
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import Beat
from gonogo.policy.heartbeat import load_heartbeat

EVERY = timedelta(seconds=45)


@dataclass(slots=True)
class Time:
    """A clock that moves only by waits and work. It stops after some waits."""

    waits_left: int
    now: float = 1000.0
    waited: list[float] = field(default_factory=list)

    def stop_within(self, seconds: float) -> bool:
        """Let the time pass."""
        self.waited.append(seconds)
        self.now += seconds
        self.waits_left -= 1
        return self.waits_left <= 0


def writer_in(folder: Path, time: Time, work: Callable[[], float]) -> HeartbeatWriter:
    """Make a writer whose beats take the time that ``work`` says."""

    def nanoseconds() -> int:
        time.now += work()
        return int(time.now * 1e9)

    return HeartbeatWriter("duri", {}, folder, Textfile(folder / "duri_textfile_heartbeat.prom"), None, nanoseconds)


def times(outcomes: Sequence[object]) -> list[float]:
    """Give the times of the beats, in seconds since the first."""
    found = [outcome.milliseconds / 1000 for outcome in outcomes if isinstance(outcome, Beat)]
    return [round(at - found[0], 3) for at in found]


def test_a_failed_beat_is_yielded_and_the_next_beat_comes_on_time(tmp_path: Path) -> None:
    """A failed beat is an outcome too, and the schedule continues."""
    time = Time(waits_left=4)
    folder = tmp_path / "late"
    outcomes = []
    for outcome in beats(writer_in(folder, time, lambda: 0), EVERY, time.stop_within, lambda: time.now):
        outcomes.append(outcome)
        if len(outcomes) == 2:
            folder.mkdir()
    assert [type(outcome) for outcome in outcomes] == [ActionFailed, ActionFailed, Beat, Beat]
    assert time.waited == [45.0, 45.0, 45.0, 45.0]


def test_the_first_beat_is_at_once_and_the_rest_do_not_drift(tmp_path: Path) -> None:
    """A beat that takes 2 s is still due every 45 s."""
    time = Time(waits_left=5)
    outcomes = list(beats(writer_in(tmp_path, time, lambda: 2), EVERY, time.stop_within, lambda: time.now))
    assert times(outcomes) == [0, 45, 90, 135, 180]
    assert time.waited == [43.0] * 5


def test_a_beat_longer_than_the_interval_skips_the_overlapped_beats(tmp_path: Path) -> None:
    """The skipped beats are not sent later in a burst, and the schedule stays the same."""
    time = Time(waits_left=4)
    work = iter([0.0, 100.0, 0.0, 0.0])
    outcomes = list(beats(writer_in(tmp_path, time, lambda: next(work)), EVERY, time.stop_within, lambda: time.now))
    assert times(outcomes) == [0, 145, 180, 225]
    assert time.waited == [45.0, 35.0, 45.0, 45.0]


def test_an_unexpected_error_ends_the_beats(tmp_path: Path) -> None:
    """A bug leaves the loop as it is, so the daemon ends and logs the traceback."""

    def broken() -> float:
        raise ZeroDivisionError

    time = Time(waits_left=4)
    with pytest.raises(ZeroDivisionError):
        list(beats(writer_in(tmp_path, time, broken), EVERY, time.stop_within, lambda: time.now))


def policy(folder: Path, heartbeat: str, realm: str = "realm: prod") -> Path:
    """Write a policy."""
    path = folder / "gonogo.yaml"
    path.write_text(f"version: 1\n{realm}\nprefix: duri\nheartbeat: {heartbeat}\n", encoding="utf-8")
    return path


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """The error says that a file is in the folder's place."""
    (tmp_path / ".gonogo").touch()
    path = policy(tmp_path, "{textfile_dir: null, pushgateway: 'http://127.0.0.1:9091', read: push}")
    with pytest.raises(ActionFailed, match=r"\.gonogo: no beat: there is no folder"):
        heartbeat_writer(load_heartbeat(path))


def test_an_invalid_pushgateway_host_is_a_policy_error(tmp_path: Path) -> None:
    """The exit code is 2, and no file is written."""
    path = policy(tmp_path, "{textfile_dir: ., pushgateway: 'http://h\u00f6st:9091'}")
    with pytest.raises(PolicyError, match=r"heartbeat\.pushgateway"):
        heartbeat_writer(load_heartbeat(path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["gonogo.yaml"]


def test_the_textfile_is_in_the_folder_of_the_policy_beside_state_and_lock(tmp_path: Path) -> None:
    """Relative paths start at the policy's folder. Names begin with the prefix."""
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


def test_a_push_only_writer_keeps_its_state_beside_the_policy(tmp_path: Path) -> None:
    """The folder is made. The group has the labels of the job and the host."""
    path = policy(tmp_path, "{textfile_dir: null, pushgateway: 'http://127.0.0.1:9091', read: push}")
    writer = heartbeat_writer(load_heartbeat(path))
    assert writer.state == tmp_path / ".gonogo" / ".duri_heartbeat.state"
    assert writer.state.parent.is_dir()
    assert writer.group is not None
    assert writer.group.labels == {"job": "duri_heartbeat", "instance": os.uname().nodename}


def test_a_policy_without_a_realm_has_no_realm_label(tmp_path: Path) -> None:
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
