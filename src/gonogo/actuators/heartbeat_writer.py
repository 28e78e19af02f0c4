"""The heartbeat's writer: one beat is one number and one time, published whole or not at all.

One beat, under the lock: find the next number, keep it in the state file, publish it
at each place. Killed between any two of these, the state is at or ahead of what was
published, so no number is ever used twice or taken back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gonogo.actuators import durable
from gonogo.actuators.disk_trouble import write_failed
from gonogo.actuators.exposition import Gauge, exposition
from gonogo.actuators.heartbeat_sequence import following, highest, read_state, state_line
from gonogo.actuators.lock import hold
from gonogo.actuators.pushgateway import PushGroup
from gonogo.actuators.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.model.beat import Beat

LOCK_PATIENCE = 10.0
"""Seconds that a beat waits for the others to end."""

SEQUENCE_MEANING = "Number of the last heartbeat; it only grows."
TIME_MEANING = "Unix time of the last heartbeat, by the writer's clock, in seconds."

_LARGEST_STATE = 4096

Place = Textfile | PushGroup


@dataclass(frozen=True, slots=True)
class HeartbeatWriter:
    """Where and under which names a heartbeat is written.

    Attributes:
        prefix: what the names of metrics and files begin with.
        labels: those of both metrics, without ``via``.
        state_dir: the folder of state and lock.
        textfile: what node_exporter reads, or ``None``.
        group: the Pushgateway's group, or ``None``.
        nanoseconds: the clock, in nanoseconds of unix time.
        lock_patience: seconds to wait for another writer.
    """

    prefix: str
    labels: Mapping[str, str]
    state_dir: Path
    textfile: Textfile | None
    group: PushGroup | None
    nanoseconds: Callable[[], int] = time.time_ns
    lock_patience: float = LOCK_PATIENCE

    @property
    def sequence_metric(self) -> str:
        """The name of the metric that holds the number."""
        return f"{self.prefix}_textfile_heartbeat_seq"

    @property
    def time_metric(self) -> str:
        """The name of the metric that holds the time."""
        return f"{self.prefix}_textfile_heartbeat_ts"

    @property
    def state(self) -> Path:
        """The file that holds the last number given out."""
        return self.state_dir / f".{self.prefix}_heartbeat.state"

    @property
    def lock(self) -> Path:
        """The file that only one writer holds at a time."""
        return self.state_dir / f".{self.prefix}_heartbeat.lock"

    def beat(self) -> Beat:
        """Publish one beat.

        Raises:
            Busy: another writer held the lock all the time that was waited.
            ActionFailed: it was not published, or not everywhere; says where it was.
        """
        try:
            with hold(self.lock, self.lock_patience):
                milliseconds = self.nanoseconds() // 1_000_000
                sequence, recovered = self._next(milliseconds // 1000)
                durable.replace(self.state, state_line(sequence))
                return self._publish(Beat(sequence, milliseconds, (), recovered))
        except OSError as error:
            path = Path(error.filename or self.state)
            raise write_failed("no beat: the heartbeat's state could not be kept", path, error) from error

    def _next(self, now: int) -> tuple[int, str]:
        """Give the number, and how it was recovered if it had to be."""
        kept, trouble = self._kept()
        if kept is not None:
            on_file, _ = _highest_at((self.textfile,) if self.textfile else (), self.sequence_metric)
            return following(max(kept, on_file or 0), now, all_known=True), ""
        last, all_known = _highest_at(self._places, self.sequence_metric)
        sequence = following(last, now, all_known=all_known)
        source = "no published number was found" if last is None else f"the last published number is {last}"
        doubt = "" if all_known else " (not every place could be asked)"
        return sequence, f"{self.state} {trouble}; {source}{doubt}; the sequence goes on at {sequence}"

    def _kept(self) -> tuple[int | None, str]:
        """Give the number in the state file, or what is wrong with it."""
        try:
            content = durable.read(self.state, _LARGEST_STATE)
        except OSError as error:
            return None, f"cannot be read ({error.strerror})"
        if content is None:
            return None, "was not there"
        kept = read_state(content)
        return kept, "" if kept is not None else "held no number"

    def _publish(self, beat: Beat) -> Beat:
        published: list[str] = []
        failures: list[ActionFailed] = []
        for place in self._places:
            try:
                place.publish(self._content(beat, place.via))
                published.append(place.address)
            except ActionFailed as error:
                failures.append(error)
        if failures:
            raise _incomplete(beat.sequence, published, failures)
        return replace(beat, published=tuple(published))

    def _content(self, beat: Beat, via: str) -> bytes:
        seconds, milliseconds = divmod(beat.milliseconds, 1000)
        sequence = Gauge(self.sequence_metric, SEQUENCE_MEANING, str(beat.sequence))
        at = Gauge(self.time_metric, TIME_MEANING, f"{seconds}.{milliseconds:03}")
        return exposition((sequence, at), {**self.labels, "via": via})

    @property
    def _places(self) -> tuple[Place, ...]:
        return tuple(place for place in (self.textfile, self.group) if place is not None)


def _highest_at(places: tuple[Place, ...], metric: str) -> tuple[int | None, bool]:
    """Give the highest number published at the places, and whether all of them could be asked."""
    numbers: list[float] = []
    all_known = True
    for place in places:
        try:
            numbers += place.published(metric)
        except ActionFailed:
            all_known = False
    return highest(numbers), all_known


def _incomplete(sequence: int, published: list[str], failures: list[ActionFailed]) -> ActionFailed:
    first = failures[0]
    reached = f"reached {' and '.join(published)}, but not every place" if published else "was published nowhere"
    return ActionFailed(
        f"beat {sequence} {reached}",
        why="; ".join(f"{failure.where}: {failure.what}: {failure.why}" for failure in failures),
        next_step=first.next_step,
    )
