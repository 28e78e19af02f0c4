"""Beats at a steady interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.heartbeat.rhythm import beats
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.beat import Beat

EVERY = timedelta(seconds=45)


@dataclass(slots=True)
class Time:
    """A clock that only moves when somebody waits or works, and stops after some waits."""

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


def test_a_failure_is_given_and_the_next_beat_comes_on_time(tmp_path: Path) -> None:
    """Missing beats are outcomes too; the rhythm goes on."""
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


def test_a_beat_longer_than_the_interval_costs_those_it_overlaps(tmp_path: Path) -> None:
    """Missed beats are skipped, not made up for in a burst, and the schedule stays the same."""
    time = Time(waits_left=4)
    work = iter([0.0, 100.0, 0.0, 0.0])
    outcomes = list(beats(writer_in(tmp_path, time, lambda: next(work)), EVERY, time.stop_within, lambda: time.now))
    assert times(outcomes) == [0, 145, 180, 225]
    assert time.waited == [45.0, 35.0, 45.0, 45.0]


def test_an_error_nobody_foresaw_is_not_swallowed(tmp_path: Path) -> None:
    """A bug ends the daemon with its traceback logged, by the one door."""

    def broken() -> float:
        raise ZeroDivisionError

    time = Time(waits_left=4)
    with pytest.raises(ZeroDivisionError):
        list(beats(writer_in(tmp_path, time, broken), EVERY, time.stop_within, lambda: time.now))
