"""Finds the samples on a server that come from this writer and from no other host.

Several hosts may beat with the same labels, and their numbers may be close together. So a
number alone proves nothing, and a higher number proves even less. Number and time are
published together and scraped together: a sample is the writer's own if both belong to
a beat that the writer made. Other processes may beat from the same state meanwhile.
Their beats are read from the note in the state's lock file, so a later beat of theirs counts as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.durations import format_duration
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import Beat
from gonogo.model.policy import Policy
from gonogo.model.series import METRIC_LABEL, REALM_LABEL, Series, by_metric
from gonogo.promql.matchers import named
from gonogo.server.api import query
from gonogo.server.http import Client


class Arrival(Struct, frozen=True):
    """The first sample of a beat on the server: its time by the server's clock, and the labels of its series."""

    at: float
    labels: Mapping[str, str]


class OwnBeats(Struct, frozen=True):
    """A beat, and the later beats from the same state, as far as they were seen."""

    writer: HeartbeatWriter
    beat: Beat
    _known: set[tuple[float, float]] = field(default_factory=set)

    def arrival(self, found: Iterable[Series]) -> Arrival | None:
        """Find the first sample of this beat or of a later one, in the series of numbers and times."""
        self._learn(self.beat.sequence, self.beat.milliseconds)
        if (newest := self.writer.newest()) is not None and newest.sequence > self.beat.sequence:
            self._learn(newest.sequence, newest.milliseconds)
        sorted_ = by_metric(found)
        times = {_labels(series): series for series in sorted_.get(self.writer.time_metric, ())}
        arrivals = (
            Arrival(at, numbers.labels)
            for numbers in sorted_.get(self.writer.sequence_metric, ())
            if (beside := times.get(_labels(numbers))) is not None
            for at in self._own(numbers, beside)
        )
        return min(arrivals, key=lambda arrival: arrival.at, default=None)

    def _learn(self, sequence: int, milliseconds: int) -> None:
        self._known.add((float(sequence), milliseconds / 1000))

    def _own(self, numbers: Series, times: Series) -> Iterator[float]:
        written = dict(zip(times.times, times.values, strict=True))
        for at, number in zip(numbers.times, numbers.values, strict=True):
            if (number, written.get(at)) in self._known:
                yield at


def heartbeat_samples(
    client: Client, url: str, policy: Policy, metrics: tuple[str, ...], late: timedelta = timedelta(0)
) -> tuple[Series, ...]:
    """Ask for the newest samples of a heartbeat's metrics from all hosts, in the copy that the policy reads.

    ``late`` makes the window longer: it is the delay of the rules that record some of the metrics.

    Raises:
        SourceError: the server gave no valid answer.
    """
    wanted = {**policy.heartbeat.labels, "via": policy.heartbeat.read}
    if policy.realm is not None:
        wanted[REALM_LABEL] = policy.realm
    window = format_duration(policy.heartbeat.window + late)
    found = query(client, url, f"{named(metrics)}[{window}]").series
    return tuple(series for series in found if wanted.items() <= series.labels.items())


def newest_numbers(found: Iterable[Series], metric: str) -> str:
    """Return the newest number of each host on the server, as text."""
    numbers = sorted(f"{series.values[-1]:.0f}" for series in found if series.metric == metric)
    return ", ".join(numbers) or "no sample"


def _labels(series: Series) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in series.labels.items() if name != METRIC_LABEL)
