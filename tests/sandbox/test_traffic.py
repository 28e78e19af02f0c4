"""The live part continues at the end of the history. A new story causes no jump of a counter."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.disk.exposition import values
from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.replacing import replace
from gonogo.sandbox.sources import FeedJob, RawSource
from gonogo.sandbox.story import HEALTHY, level
from gonogo.sandbox.traffic import Traffic, exposition
from tests.waiting import await_true

NOWHERE = PushGroup.at("http://127.0.0.1:1", {"job": "dr_rehearsal", "instance": "sandbox"})


def traffic(folder: Path, say: Callable[[str], None] = lambda _: None) -> Traffic:
    """Make live traffic for a folder and a Pushgateway that does not exist."""
    writer = HeartbeatWriter(
        "duri", {"metric_realm": "sandbox"}, folder, Textfile(folder / "duri_textfile_heartbeat.prom"), None
    )
    return Traffic(
        HEALTHY,
        writer,
        folder / "traffic.prom",
        NOWHERE,
        end=time.time(),
        interval=timedelta(milliseconds=20),
        every=timedelta(milliseconds=20),
        say=say,
    )


def exported(folder: Path, name: str) -> float:
    """Read one exported value."""
    (value,) = values(
        (folder / "traffic.prom").read_text(encoding="utf-8"), f"duri_{name}", {"metric_realm": "sandbox"}
    )
    return value


def test_a_failed_push_is_an_error(tmp_path: Path) -> None:
    """A sandbox without a Pushgateway gets an error."""
    with pytest.raises(ActionFailed, match="Pushgateway"):
        traffic(tmp_path).push()


def test_a_failed_export_is_reported_and_retried(tmp_path: Path) -> None:
    """The folder is missing for a while. The export continues when it is back."""
    said: list[str] = []
    folder = tmp_path / "textfile"
    folder.mkdir()
    live = traffic(folder, said.append)
    live.resume()
    await_true((folder / "traffic.prom").exists)
    folder.rename(tmp_path / "away")
    await_true(lambda: said)
    (tmp_path / "away").rename(folder)
    live.withdraw()
    await_true((folder / "traffic.prom").exists)
    live.stop()
    assert "could not export" in said[0]


def test_the_export_continues_at_the_end_of_the_history(tmp_path: Path) -> None:
    """The history has four events a second for 31 days."""
    traffic(tmp_path).write()
    assert exported(tmp_path, "slo_events_total") == pytest.approx(4 * 31 * 86_400, abs=8)
    assert exported(tmp_path, "p_unique_ratio") == 0.97


def test_a_new_story_changes_gauges_and_keeps_counters(tmp_path: Path) -> None:
    """Otherwise the server would see a reset, or years of events in a second."""
    live = traffic(tmp_path)
    live.write()
    before = exported(tmp_path, "slo_bad_total")
    live.set(replace(HEALTHY, bad_ratio=level(0.5), unique_ratio=level(0.1), length=timedelta(days=3)))
    live.write()
    assert exported(tmp_path, "slo_bad_total") - before in {0, 1, 2, 3}
    assert exported(tmp_path, "p_unique_ratio") == 0.1


def test_a_paused_source_exports_no_text(tmp_path: Path) -> None:
    """A paused source continues when it is resumed."""
    live = traffic(tmp_path)
    live.resume()
    await_true((tmp_path / "traffic.prom").exists)
    live.pause()
    live.withdraw()
    assert not (tmp_path / "traffic.prom").exists()
    live.resume()
    await_true((tmp_path / "traffic.prom").exists)
    live.stop()


def test_beats_can_be_paused_and_resumed(tmp_path: Path) -> None:
    """The numbers of the beats only grow."""
    live = traffic(tmp_path)
    live.resume_beats()
    await_true((tmp_path / "duri_textfile_heartbeat.prom").exists)
    live.pause_beats()
    first = live.beat()
    assert live.beat().sequence == first.sequence + 1
    live.resume_beats()
    state = tmp_path / ".duri_heartbeat.state"
    await_true(lambda: int(state.read_text(encoding="ascii")) > first.sequence + 1)
    live.stop()


def test_a_beat_may_have_a_wrong_clock(tmp_path: Path) -> None:
    """A lag sets the clock of the beat back."""
    beat = traffic(tmp_path).beat(lag=timedelta(seconds=110))
    assert time.time() - beat.milliseconds / 1000 == pytest.approx(110, abs=5)


def test_a_failed_beat_is_reported(tmp_path: Path) -> None:
    """The folder of the writer is missing."""
    said: list[str] = []
    folder = tmp_path / "textfile"
    live = traffic(folder, said.append)
    live.resume_beats()
    await_true(lambda: said)
    live.stop()
    assert said[0].startswith("a beat of the sandbox failed")


def source(name: str, *, counter: bool = False, **labels: str) -> RawSource:
    """Make a source whose value is not read."""
    return RawSource(name, labels, counter, FeedJob.NODE, lambda _: None)


def test_the_text_of_a_source_has_its_type() -> None:
    """Each source has its type and the realm."""
    text = exposition([(source("a_total", counter=True), 3), (source("b", window="2h"), 0.5)]).decode()
    assert text == (
        "# HELP a_total Scripted for the sandbox.\n# TYPE a_total counter\n"
        'a_total{metric_realm="sandbox"} 3\n'
        "# HELP b Scripted for the sandbox.\n# TYPE b gauge\n"
        'b{metric_realm="sandbox",window="2h"} 0.5\n'
    )


def test_the_parts_of_a_histogram_are_one_family() -> None:
    """The type of the family is written once."""
    parts = [(source("d_bucket", counter=True, le="60"), 1), (source("d_sum"), 9.5), (source("d_count"), 1)]
    text = exposition(parts).decode()
    assert text.count("# TYPE") == 1
    assert "# TYPE d histogram\n" in text
    assert 'd_bucket{metric_realm="sandbox",le="60"} 1\n' in text
