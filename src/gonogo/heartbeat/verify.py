"""Follows a beat from its writer through the scrape and the rules to ``ok``.

Each stage is proved by this beat or by a later beat of the same writer. The raw series
has its number and time. Then a rule has computed an age that fits its time. Then ``ok`` was computed, no earlier
than the age.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from msgspec import Struct

from gonogo.errors import SourceError
from gonogo.heartbeat.own_beats import Arrival, OwnBeats, heartbeat_samples, newest_numbers
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import BeatStage, FollowedBeat
from gonogo.model.policy import Policy
from gonogo.model.series import Series
from gonogo.server.http import Client
from gonogo.stopping import looks

LOOK_EVERY = 0.2
"""Seconds between two reads from the server, which cannot notify gonogo."""

LONGEST_ANSWER = timedelta(seconds=10)
"""The longest time for one answer of the server."""

CLOCK_GRAIN = 0.01
"""Seconds by which an age and a time may differ: samples and beats are timed in milliseconds."""


class BeatMetrics(NamedTuple):
    """The names of the metrics of a heartbeat: the two that the writer publishes, and those that rules record."""

    number: str
    time: str
    age: str
    fresh: str
    changes: str
    ok: str


class Trail(Struct, frozen=True):
    """The server on which a beat is followed, and the policy that names the metrics.

    ``late`` is the delay of the rules: their newest samples are that old.
    """

    client: Client
    url: str
    policy: Policy
    late: timedelta = timedelta(0)

    def metrics(self, writer: HeartbeatWriter) -> BeatMetrics:
        """Return the names of the metrics of a writer's beats."""
        heartbeat, derived = self.policy.heartbeat, f"{self.policy.prefix}_heartbeat_"
        return BeatMetrics(
            writer.sequence_metric,
            writer.time_metric,
            f"{derived}age_seconds",
            f"{derived}fresh_{heartbeat.fresh_name}",
            f"{derived}changes_{heartbeat.window_name}",
            f"{derived}ok",
        )


class BeatSight(Struct, frozen=True):
    """The samples of a beat in one answer of the server.

    Attributes:
        trail: the server and the policy.
        own: the beat.
        arrival: the time and the series in which its number arrived, or ``None`` before that.
        found: the samples of all hosts with the policy's labels.
    """

    trail: Trail
    own: OwnBeats
    arrival: Arrival | None
    found: tuple[Series, ...]

    @property
    def metrics(self) -> BeatMetrics:
        """The names of the metrics of the beat."""
        return self.trail.metrics(self.own.writer)

    def series(self, metric: str) -> Series | None:
        """Return the samples of a metric from the job and instance of the beat. Other machines may have its labels."""
        arrived = self.arrival
        origin = None if arrived is None else _origin(arrived.labels)
        return next((s for s in self.found if s.metric == metric and _origin(s.labels) == origin), None)


def _origin(labels: Mapping[str, str]) -> tuple[str | None, str | None]:
    return labels.get("job"), labels.get("instance")


def verify(writer: HeartbeatWriter, trail: Trail, within: timedelta) -> FollowedBeat:
    """Beat once, and follow the beat until ``ok`` is 1 or the time is up.

    Raises:
        Busy: another writer held the lock for the whole wait.
        ActionFailed: the beat was not published.
        SourceError: the server gave no valid answer when the time was up.
    """
    start = time.monotonic()
    own = OwnBeats(writer, writer.beat())
    stages = [BeatStage("published", time.monotonic() - start, " and ".join(own.beat.published))]
    for look in (_scraped, _evaluated, _ok):
        stage = _await(look, trail, own, start, within)
        stages.append(stage)
        if stage.seconds is None:
            break
    return FollowedBeat(own.beat, tuple(stages))


Look = Callable[[BeatSight], BeatStage]


def _await(look: Look, trail: Trail, own: OwnBeats, start: float, within: timedelta) -> BeatStage:
    """Read from the server until the stage is seen. A ``look`` returns a stage with seconds if it was seen."""
    missed: BeatStage | SourceError
    for _ in looks(start + within.total_seconds() - time.monotonic(), LOOK_EVERY):
        try:
            metrics = trail.metrics(own.writer)
            found = heartbeat_samples(trail.client, trail.url, trail.policy, metrics, trail.late)
        except SourceError as error:
            missed = error
        else:
            missed = look(BeatSight(trail, own, own.arrival(found), found))
            if missed.seconds is not None:
                return BeatStage(missed.name, time.monotonic() - start, missed.detail)
    if isinstance(missed, SourceError):
        raise missed
    return missed


def _scraped(sight: BeatSight) -> BeatStage:
    url, beat, number = sight.trail.url, sight.own.beat, sight.metrics.number
    if sight.arrival is not None:
        return BeatStage(
            "scraped", sight.arrival.at, f"{url} has number {beat.sequence}, or a later one of this writer"
        )
    next_steps = {
        "textfile": f"check that a node_exporter reads {beat.published[0]} and that its target is up",
        "push": f"check that the target of the Pushgateway {beat.published[-1]} is up and has honor_labels: true",
    }
    there = f"{url} has {newest_numbers(sight.found, number)} for {number}, none with the time of this writer's beat"
    return BeatStage("scraped", None, there, next_steps[sight.trail.policy.heartbeat.read])


def _evaluated_at(sight: BeatSight) -> float | None:
    """Return the server's time of the first evaluation that computed an age from this beat or from a later one."""
    ages = sight.series(sight.metrics.age)
    if ages is None:
        return None
    beaten = sight.own.beat.milliseconds / 1000 - CLOCK_GRAIN
    return next((at for at, age in zip(ages.times, ages.values, strict=True) if at - age >= beaten), None)


def _evaluated(sight: BeatSight) -> BeatStage:
    at = _evaluated_at(sight)
    age = sight.metrics.age
    if at is not None:
        return BeatStage("evaluated", at, f"{age} is computed from this beat, or from a later one")
    there = f"there is no {age} of this realm" if sight.series(age) is None else f"{age} is of an older beat"
    rules = f"{sight.trail.url}/rules"
    return BeatStage("evaluated", None, there, f"check on {rules} that the rule pack is loaded and its rules evaluate")


def _ok(sight: BeatSight) -> BeatStage:
    *_, fresh, changes, ok = sight.metrics
    since = _evaluated_at(sight)
    good = sight.series(ok)
    pairs = zip(good.times, good.values, strict=True) if good else ()
    at = next((at for at, value in pairs if since is not None and at >= since and value == 1), None)
    if at is not None:
        return BeatStage("ok", at, f"{ok} is 1")
    values = ", ".join(f"{name} is {_newest(sight.series(name))}" for name in (ok, fresh, changes))
    hint = (
        "if changes is 0, this was the first beat in a long time: run gonogo heartbeat verify again; "
        "else check the writer's clock"
    )
    return BeatStage("ok", None, values, hint)


def _newest(series: Series | None) -> str:
    value = series.values[-1] if series else math.nan
    return "absent" if math.isnan(value) else f"{value:g}"
