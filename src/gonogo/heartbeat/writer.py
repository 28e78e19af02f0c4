"""Writes the heartbeat: each beat is a number and a time, published whole or not at all.

A beat has three steps under the lock: find the next number, keep it in the state file, publish it
at each place. If the writer is killed between two steps, the state is equal to or ahead of the
published number. So no number is ever used twice, and the sequence never goes back.

The writer reads the textfile at every beat, but not the Pushgateway: its answer has all of its
groups, megabytes for a fleet, and would make every beat slow.
The writer asks the Pushgateway if the state does not have the seal of the last beat (the state is damaged, or a
copy from a backup), and if the last beat is longer ago than a few intervals (the whole file
system was set back). While the Pushgateway does not answer, its number may be higher, so nothing is pushed
until it answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.disk import durable
from gonogo.disk.durable import write_failed
from gonogo.disk.exposition import Gauge, exposition, written
from gonogo.disk.lock import hold
from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.heartbeat.seal import (
    PLAUSIBLE,
    Seal,
    highest,
    identity,
    next_number,
    read_seal,
    read_state,
    state_line,
    write_seal,
)
from gonogo.model.heartbeat import Beat, Heartbeat
from gonogo.model.replacing import replace

if TYPE_CHECKING:  # the import costs 5 ms, and a beat without a Pushgateway does not pay for it
    from gonogo.heartbeat.pushgateway import PushGroup

LOCK_PATIENCE = 10.0
"""Seconds that a beat waits for the lock. The wait is longer while other beats are published."""

SEQUENCE_MEANING = "Number of the last heartbeat; it only grows."
TIME_MEANING = "Unix time of the last heartbeat, by the writer's clock, in seconds."

TRUSTED_BEATS = 3
"""The number of intervals without a beat after which the Pushgateway is asked for its number."""

SHORTEST_LIFETIME = timedelta(minutes=10)
"""The shortest time after which a writer with other labels counts as ended: its interval may be a longer one."""

_LARGEST_STATE = 4096
_MILLISECOND = timedelta(milliseconds=1)


class HeartbeatWriter(Struct, frozen=True):
    """The places and the names under which a heartbeat is written.

    Attributes:
        prefix: the beginning of the names of metrics and files.
        labels: the labels of both metrics, without ``via``.
        state_dir: the folder of the state file and the lock file.
        textfile: the file that node_exporter reads, or ``None``.
        group: the Pushgateway's group, or ``None``.
        nanoseconds: the clock, in nanoseconds of unix time.
        lock_patience: the seconds to wait for another writer.
        every: the interval of the beats.
        machine: a number that no other machine has; 0 if it is not known.
    """

    prefix: str
    labels: Mapping[str, str]
    state_dir: Path
    textfile: Textfile | None
    group: PushGroup | None
    nanoseconds: Callable[[], int] = time.time_ns
    lock_patience: float = LOCK_PATIENCE
    every: timedelta = Heartbeat().every
    machine: int = 0

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
        """The lock file, which only one writer holds at a time."""
        return self.state_dir / f".{self.prefix}_heartbeat.lock"

    def beat(self, *, take_over: bool = False) -> Beat:
        """Publish one beat.

        Args:
            take_over: true to replace the beats of a writer with other labels although they are fresh.

        Raises:
            Busy: another writer held the lock for the whole wait.
            ActionFailed: the beat was not published, or not everywhere. The error says where it was published.
        """
        try:
            with hold(self.lock, self.lock_patience, self._last_beat):
                return self._beat(take_over=take_over)
        except OSError as error:
            path = Path(error.filename or self.state)
            raise write_failed("no beat: the heartbeat's state could not be kept", path, error) from error

    def _last_beat(self) -> int | None:
        """Return a value that each beat changes."""
        try:
            return self.state.stat().st_mtime_ns
        except OSError:
            return None

    def newest(self) -> Seal | None:
        """Return the seal of the last beat from this state, by any process."""
        return read_seal(self.lock)

    def _beat(self, *, take_over: bool) -> Beat:
        milliseconds = self.nanoseconds() // 1_000_000
        if not take_over:
            self._refuse_other_labels(milliseconds)
        seal = self.newest()
        kept, trouble = self._read_state(seal)
        is_highest = (
            seal is not None
            and kept is not None
            and seal.vouches_for(kept, self.state)
            and 0 <= milliseconds - seal.milliseconds <= TRUSTED_BEATS * self.every / _MILLISECOND
        )
        pushed, unknown = ((), None) if is_highest else self._pushed_numbers()
        on_file = self.textfile.published(self.sequence_metric) if self.textfile else ()
        last = max((number for number in (highest((*on_file, *pushed)), kept) if number is not None), default=None)
        sequence = next_number(last, milliseconds // 1000)
        durable.replace(self.state, state_line(sequence))
        file = (0, 0) if unknown else identity(self.state)
        write_seal(self.lock, Seal(sequence, milliseconds, *file, self.machine))
        source = "no published number was found" if last is None else f"the last published number is {last}"
        recovered = f"{trouble}; {source}; the sequence continues with {sequence}" if trouble else ""
        beside = self._other_machine(seal, milliseconds)
        return self._publish(Beat(sequence, milliseconds, (), recovered, beside), unknown)

    def _refuse_other_labels(self, milliseconds: int) -> None:
        """Check that no writer with other labels, such as another realm, beats into the same textfile now.

        Raises:
            ActionFailed: such a writer does.
        """
        if self.textfile is None:
            return
        labels = {**self.labels, "via": self.textfile.via}
        numbered = self.textfile.strangers(self.sequence_metric, labels)
        dated = self.textfile.strangers(self.time_metric, labels)
        strangers = [found for found in numbered if found in dated]  # a damaged line has no partner
        age = milliseconds / 1000 - max(self.textfile.published(self.time_metric), default=0.0)
        if strangers and age < self._lifetime().total_seconds():
            raise ActionFailed(
                "no beat: another writer with other labels beats into the same textfile",
                where=self.textfile.address,
                why=f"the last beat of that writer is {age:.0f} s old and has the labels {_shown(strangers[0])}; "
                f"this writer has {_shown(written(labels))}",
                next_step="give each writer its own heartbeat.textfile_dir or prefix; if realm or heartbeat.labels "
                "were changed on purpose, run: gonogo heartbeat beat --take-over",
            )

    def _other_machine(self, seal: Seal | None, milliseconds: int) -> str:
        """Return a warning if another machine beats into the same files now, else an empty text."""
        if seal is None or not seal.machine or not self.machine or seal.machine == self.machine:
            return ""
        age = (milliseconds - seal.milliseconds) / 1000
        if age >= self._lifetime().total_seconds():
            return ""
        return (
            f"another machine beat with {self.state} {age:.0f} s ago; if one of two such writers stops, the other "
            "hides it; give each writer its own folder and its own heartbeat.labels"
        )

    def _lifetime(self) -> timedelta:
        """Return the time without a beat after which a writer counts as ended."""
        return max(TRUSTED_BEATS * self.every, SHORTEST_LIFETIME)

    def _read_state(self, seal: Seal | None) -> tuple[int | None, str]:
        """Return the number in the state file, or the reason why the file has no usable number."""
        try:
            content = durable.read(self.state, _LARGEST_STATE)
        except OSError as error:
            return None, f"{self.state} cannot be read ({error.strerror})"
        if content is None:
            return None, f"{self.state} did not exist"
        kept = read_state(content)
        if kept is None or (kept >= PLAUSIBLE and not (seal and seal.vouches_for(kept, self.state))):
            return None, f"{self.state} did not have a valid number"
        return kept, ""

    def _pushed_numbers(self) -> tuple[tuple[float, ...], ActionFailed | None]:
        """Return the numbers on the Pushgateway, or the error if they are not known."""
        try:
            return self.group.published(self.sequence_metric) if self.group else (), None
        except ActionFailed as error:
            return (), error

    def _publish(self, beat: Beat, unknown: ActionFailed | None) -> Beat:
        """Publish everywhere. If the Pushgateway's number is ``unknown`` it may be higher, so nothing is pushed."""
        published: list[str] = []
        failures = [unknown] if unknown else []
        for place in (self.textfile, None if unknown else self.group):
            if place is None:
                continue
            try:
                place.publish(self._content(beat, place.via))
                published.append(place.address)
            except ActionFailed as error:
                failures.append(error)
        if failures:
            raise _incomplete(beat, published, failures)
        return replace(beat, published=tuple(published))

    def _content(self, beat: Beat, via: str) -> bytes:
        sequence = Gauge(self.sequence_metric, SEQUENCE_MEANING, str(beat.sequence))
        at = Gauge(self.time_metric, TIME_MEANING, f"{beat.milliseconds / 1000:.3f}")
        return exposition((sequence, at), {**self.labels, "via": via})


def _shown(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


def _incomplete(beat: Beat, published: list[str], failures: list[ActionFailed]) -> ActionFailed:
    reached = f"reached {' and '.join(published)}, but not every place" if published else "was published nowhere"
    reasons = [f"{failure.where}: {failure.what}: {failure.why}" for failure in failures]
    return ActionFailed(
        f"beat {beat.sequence} {reached}",
        why="; ".join([*reasons, beat.recovered] if beat.recovered else reasons),
        next_step=failures[0].next_step,
    )
