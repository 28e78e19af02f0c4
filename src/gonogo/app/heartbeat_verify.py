"""One beat followed from its writer through the scrape and the rules to ``ok``.

Each stage is proved by this very beat: the raw series has its number; a rule computed
an age that belongs to its time; ``ok`` was computed no earlier than that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.actuators.heartbeat_writer import HeartbeatWriter
from gonogo.durations import format_duration
from gonogo.errors import SourceError
from gonogo.model.beat import Beat
from gonogo.model.followed_beat import FollowedBeat, Stage
from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL, Series
from gonogo.prometheus.api import query
from gonogo.prometheus.http import Client
from gonogo.rules.matchers import named

LOOK_EVERY = 0.2
"""Seconds between two looks at the server, which has no way to call back."""

REACH = 1000
"""How far above its own number a beat is still known to have arrived: other writers count on meanwhile."""

LONGEST_ANSWER = timedelta(seconds=10)
"""What one look at the server may take."""

CLOCK_GRAIN = 0.01
"""Seconds by which an age and a time may differ: samples and beats are timed in milliseconds."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a beat is looked for: the server, and the names and labels of what it should bring about."""

    client: Client
    url: str
    policy: Policy
    sequence_metric: str

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of number, age, fresh, changes and ok, in this order."""
        prefix, heartbeat = self.policy.prefix, self.policy.heartbeat
        derived = ("age_seconds", f"fresh_{heartbeat.fresh_name}", f"changes_{heartbeat.window_name}", "ok")
        return (self.sequence_metric, *(f"{prefix}_heartbeat_{name}" for name in derived))

    def look(self, beat: Beat) -> Mapping[str, Series]:
        """Give the newest samples of each metric, by its name, from where the beat is seen.

        Several machines may beat under the same labels. Then only the one whose
        numbers hold this very beat counts; while none does, nothing is given.

        Raises:
            SourceError: the server gave no valid answer.
        """
        wanted = {**self.policy.heartbeat.labels, "via": self.policy.heartbeat.read}
        if self.policy.realm is not None:
            wanted[REALM_LABEL] = self.policy.realm
        window = format_duration(self.policy.heartbeat.window)
        found = query(self.client, self.url, f"{named(self.metrics)}[{window}]").series
        origins: dict[tuple[str | None, str | None], dict[str, Series]] = {}
        for series in found:
            if wanted.items() <= series.labels.items():
                origin = (series.labels.get("job"), series.labels.get("instance"))
                origins.setdefault(origin, {})[series.metric] = series
        return self._of_beat(beat, list(origins.values()))

    def _of_beat(self, beat: Beat, origins: list[dict[str, Series]]) -> Mapping[str, Series]:
        if len(origins) == 1:
            return origins[0]
        numbers = [(origin, origin.get(self.sequence_metric)) for origin in origins]
        return next((origin for origin, known in numbers if known and beat.sequence in known.values), {})


def verify(writer: HeartbeatWriter, trail: Trail, within: timedelta) -> FollowedBeat:
    """Beat once, and follow it until ``ok`` is 1 or the time is up.

    Raises:
        Busy: another writer held the lock all the time that was waited.
        ActionFailed: the beat was not published.
        SourceError: the server gave no valid answer when the time was up.
    """
    start = time.monotonic()
    beat = writer.beat()
    stages = [Stage("published", time.monotonic() - start, " and ".join(beat.published))]
    for seen in (_scraped, _evaluated, _ok):
        stage = _await(seen, trail, beat, start, within)
        stages.append(stage)
        if stage.seconds is None:
            break
    return FollowedBeat(beat, tuple(stages))


Look = Callable[[Trail, Beat, Mapping[str, Series]], Stage]


def _await(look: Look, trail: Trail, beat: Beat, start: float, within: timedelta) -> Stage:
    """Look until the stage is seen; a look gives a stage whose seconds say only whether it was."""
    end = start + within.total_seconds()
    while True:
        try:
            stage = look(trail, beat, trail.look(beat))
        except SourceError:
            if time.monotonic() >= end:
                raise
        else:
            passed = time.monotonic() - start
            if stage.seconds is not None:
                return Stage(stage.name, passed, stage.detail)
            if passed >= within.total_seconds():
                return stage
        time.sleep(LOOK_EVERY)


def _first_arrival(trail: Trail, beat: Beat, series: Mapping[str, Series]) -> float | None:
    """Give the server's time of the first sample with the beat's number, or one that followed it."""
    numbers = series.get(trail.sequence_metric)
    if numbers is None:
        return None
    pairs = zip(numbers.times, numbers.values, strict=True)
    return next((at for at, value in pairs if beat.sequence <= value < beat.sequence + REACH), None)


def _scraped(trail: Trail, beat: Beat, series: Mapping[str, Series]) -> Stage:
    at = _first_arrival(trail, beat, series)
    if at is not None:
        return Stage("scraped", at, f"{trail.url} has number {beat.sequence}")
    numbers = series.get(trail.sequence_metric)
    there = f"its newest number is {numbers.values[-1]:.0f}" if numbers else "no such series of this realm has it"
    next_steps = {
        "textfile": f"see that a node_exporter reads {beat.published[0]} and that it is a target that is up",
        "push": f"see that the Pushgateway of {beat.published[-1]} is a target that is up, with honor_labels: true",
    }
    read = trail.policy.heartbeat.read
    return Stage("scraped", None, f"{trail.sequence_metric} on {trail.url}: {there}", next_steps[read])


def _evaluated_at(trail: Trail, beat: Beat, series: Mapping[str, Series]) -> float | None:
    """Give the server's time of the first evaluation that computed an age from this beat or a later one."""
    ages = series.get(trail.metrics[1])
    if ages is None:
        return None
    beaten = beat.milliseconds / 1000 - CLOCK_GRAIN
    return next((at for at, age in zip(ages.times, ages.values, strict=True) if at - age >= beaten), None)


def _evaluated(trail: Trail, beat: Beat, series: Mapping[str, Series]) -> Stage:
    at = _evaluated_at(trail, beat, series)
    age = trail.metrics[1]
    if at is not None:
        return Stage("evaluated", at, f"{age} knows its time")
    there = f"{age} is of an older beat" if age in series else f"there is no {age} of this realm"
    return Stage("evaluated", None, there, f"see {trail.url}/rules: is the rule pack loaded, do its rules evaluate?")


def _ok(trail: Trail, beat: Beat, series: Mapping[str, Series]) -> Stage:
    *_, fresh, changes, ok = trail.metrics
    since = _evaluated_at(trail, beat, series)
    good = series.get(ok)
    pairs = zip(good.times, good.values, strict=True) if good else ()
    at = next((at for at, value in pairs if since is not None and at >= since and value == 1), None)
    if at is not None:
        return Stage("ok", at, f"{ok} is 1")
    told = ", ".join(f"{name} is {_newest(series.get(name))}" for name in (ok, fresh, changes))
    hint = "with changes at 0 this was the first beat in a long time: verify again; else see the writer's clock"
    return Stage("ok", None, told, hint)


def _newest(series: Series | None) -> str:
    value = series.values[-1] if series else math.nan
    return "not there" if math.isnan(value) else f"{value:g}"
