"""A beat has arrived when its number and its time are in one series. A beat of another host never counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from gonogo.disk.textfile import Textfile
from gonogo.heartbeat.own_beats import OwnBeats, newest_numbers
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.series import Series

NOW = 1_700_000_000
NUMBER, TIME = "duri_textfile_heartbeat_seq", "duri_textfile_heartbeat_ts"


def writer_in(folder: Path) -> HeartbeatWriter:
    """Make a writer whose clock moves on by 1.001 s for each beat."""
    clock = count(NOW * 10**9, 1_001_000_000)
    return HeartbeatWriter("duri", {}, folder, Textfile(folder / "x.prom"), None, lambda: next(clock))


@pytest.fixture
def own(tmp_path: Path) -> OwnBeats:
    """Give the second beat of a writer."""
    writer = writer_in(tmp_path)
    writer.beat()
    return OwnBeats(writer, writer.beat())


def host(instance: str, *samples: tuple[float, float, float], later: float = 0) -> Iterator[Series]:
    """Give the series of a host. A sample is the time of the scrape, the number and the time of the beat."""
    at, numbers, times = zip(*samples, strict=True)
    yield Series({"__name__": NUMBER, "instance": instance}, at, numbers)
    yield Series({"__name__": TIME, "instance": instance}, tuple(t + later for t in at), times)


def test_an_equal_or_higher_number_of_another_host_does_not_count(own: OwnBeats) -> None:
    """A number higher by 1 or 300, or the same number with another time, does not count."""
    number, time = own.beat.sequence, own.beat.milliseconds / 1000
    for ahead in (0, 1, 300):
        assert own.arrival(host("other", (5.0, number + ahead, time + 0.001))) is None


def test_an_earlier_beat_of_the_same_writer_does_not_count(own: OwnBeats) -> None:
    """The series still has the earlier beat until the next scrape."""
    assert own.arrival(host("own", (5.0, NOW, NOW))) is None


def test_number_and_time_of_two_scrapes_or_of_two_hosts_are_no_pair(own: OwnBeats) -> None:
    """Number and time must be scraped together."""
    number, time = own.beat.sequence, own.beat.milliseconds / 1000
    assert own.arrival(host("own", (5.0, number, time), later=1)) is None
    numbers, _ = host("one", (5.0, number, time))
    _, times = host("two", (5.0, number, time))
    assert own.arrival((numbers, times)) is None
    assert own.arrival((numbers,)) is None


def test_the_first_sample_of_the_beat_is_found_among_other_hosts(own: OwnBeats) -> None:
    """The arrival has the server's time and the labels of the series."""
    number, time = own.beat.sequence, own.beat.milliseconds / 1000
    found = [
        *host("ahead", (4.0, number + 1, time + 9)),
        *host("own", (5.0, NOW, NOW), (6.0, number, time), (7.0, number, time)),
    ]
    arrival = own.arrival(found)
    assert arrival is not None
    assert (arrival.at, arrival.labels["instance"]) == (6.0, "own")
    assert newest_numbers(found, NUMBER) == f"{number}, {number + 1}"
    assert newest_numbers((), NUMBER) == "no sample"


def test_a_later_beat_from_the_same_state_counts(own: OwnBeats) -> None:
    """Another process of this machine beats before the scrape. The same number from another host does not count."""
    later = own.writer.beat()
    at = later.milliseconds / 1000
    assert own.arrival(host("other", (5.0, later.sequence, at + 0.5))) is None
    assert own.arrival(host("own", (5.0, later.sequence, at))) is not None


def test_each_later_beat_that_was_seen_in_the_state_counts(own: OwnBeats) -> None:
    """A scrape may read any of the later beats."""
    first = own.writer.beat()
    assert own.arrival(()) is None
    own.writer.beat()
    assert own.arrival(host("own", (5.0, first.sequence, first.milliseconds / 1000))) is not None
