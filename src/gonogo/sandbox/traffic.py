"""Keeps the sandbox alive: the real writer beats, and the scripted sources are exported.

Every value is a function of time, so the exports continue exactly where the
history ended. Faults of the running sandbox enter here: a source that pauses, a story
that changes, a writer that stops or whose clock is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock, Thread

from gonogo.disk import durable
from gonogo.errors import GonogoError
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.rhythm import beats
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import Beat
from gonogo.sandbox.exposition import exposition
from gonogo.sandbox.sources import FeedJob, RawSource, sources
from gonogo.sandbox.story import Story
from gonogo.stopping import Stopped

PUSH_EVERY = timedelta(seconds=30)
"""The interval of the pushes of rehearsals. The Lyapunov function V reads them, and a push is stale after 5 min."""

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Outlets:
    """The two places to which the scripted sources are exported: a text file and a group of the Pushgateway."""

    textfile: Path
    group: PushGroup


class Traffic:
    """The live part of the sandbox, in two threads: one exports, the other beats.

    Attributes:
        story: the script of the live part. ``set`` changes it.
    """

    def __init__(  # noqa: PLR0913 - the script, the places to write to, the times
        self,
        story: Story,
        writer: HeartbeatWriter,
        outlets: Outlets,
        *,
        end: float,
        interval: timedelta,
        every: timedelta,
        realm: str,
        say: Callable[[str], None],
    ) -> None:
        """Prepare the live part from ``end`` on, the unix time at which the history ends. ``start`` starts it."""
        self.story = story
        self._writer = writer
        self._outlets = outlets
        self._end = end
        self._interval = interval
        self._every = every
        self._realm = realm
        self._say = say
        self._change = Lock()
        self._writing = Lock()
        self._sources = sources(story, writer.prefix, end)
        self._carried: dict[str, float] = {}
        self._export: _Loop | None = None
        self._beating: _Loop | None = None

    def start(self) -> None:
        """Export once and push once, then start both threads. The first beat is made at once."""
        self.write()
        self.push()
        self.resume()
        self.resume_beats()

    def stop(self) -> None:
        """Stop both threads. The exported values stay as they are."""
        self.pause()
        self.pause_beats()

    def pause(self) -> None:
        """Stop exports and pushes, so that the counters stop."""
        if self._export is not None:
            self._export.end()
        self._export = None

    def resume(self) -> None:
        """Export and push again."""
        if self._export is None:
            self._export = _Loop("sandbox traffic", self._exporting)

    def pause_beats(self) -> None:
        """Stop the writer."""
        if self._beating is not None:
            self._beating.end()
        self._beating = None

    def resume_beats(self) -> None:
        """Beat at once, and then every ``heartbeat.every``."""
        if self._beating is None:
            self._beating = _Loop("sandbox heartbeat", self._beat_on)

    def beat(self, lag: timedelta = timedelta(0)) -> Beat:
        """Beat once with the real writer. ``lag`` sets the writer's clock back, or ahead if it is negative.

        Raises:
            GonogoError: the beat was not published.
        """
        behind = round(lag.total_seconds() * NANOSECONDS)
        return replace(self._writer, nanoseconds=lambda: time.time_ns() - behind).beat()

    def set(self, story: Story) -> None:
        """Continue with another story. Counters continue from their current values."""
        with self._change:
            second = self._second()
            now = {_key(source): value for source, value in self._values(second)}
            self.story = story
            self._sources = sources(story, self._writer.prefix, self._end)
            self._carried = {
                _key(source): now.get(_key(source), 0) - (source.value(second) or 0)
                for source in self._sources
                if source.counter
            }

    def write(self) -> None:
        """Export the current values of the node's sources in one step."""
        with self._writing:
            durable.replace(self._outlets.textfile, self._text(FeedJob.NODE))

    def withdraw(self) -> None:
        """Remove the text file, as if its writer were gone."""
        self._outlets.textfile.unlink(missing_ok=True)

    def push(self) -> None:
        """Push the current values of the rehearsals.

        Raises:
            ActionFailed: the Pushgateway was not updated.
        """
        self._outlets.group.publish(self._text(FeedJob.REHEARSAL))

    def _text(self, job: FeedJob) -> bytes:
        with self._change:
            values = [(source, value) for source, value in self._values(self._second()) if source.job is job]
        return exposition(values, self._realm)

    def _second(self) -> float:
        return time.time() - self._end

    def _values(self, second: float) -> list[tuple[RawSource, float]]:
        values = [(source, source.value(second)) for source in self._sources]
        return [(source, value + self._carried.get(_key(source), 0)) for source, value in values if value is not None]

    def _exporting(self, stop: Event) -> None:
        pushed = time.monotonic()
        while not stop.wait(self._interval.total_seconds()):
            self._try(self.write)
            if time.monotonic() - pushed >= PUSH_EVERY.total_seconds():
                pushed = time.monotonic()
                self._try(self.push)

    def _beat_on(self, stop: Event) -> None:
        for beat in beats(self._writer, self._every, stop.wait):
            if isinstance(beat, GonogoError):
                self._say(f"a beat of the sandbox failed: {beat}")

    def _try(self, export: Callable[[], None]) -> None:
        try:
            export()
        except (GonogoError, OSError) as error:
            self._say(f"the sandbox could not export: {error}")


class _Loop:
    """A thread that runs until ``end`` is called."""

    def __init__(self, name: str, work: Callable[[Event], None]) -> None:
        self._stop = Event()
        self._work = work
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(Stopped):  # the main thread reports it
            self._work(self._stop)

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


def _key(source: RawSource) -> str:
    return f"{source.name}{sorted(source.labels.items())}"
