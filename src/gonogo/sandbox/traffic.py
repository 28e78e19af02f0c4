"""Keeps the sandbox alive: beats by the real writer, and exports the scripted sources as time goes on.

Every value is a function of time, so what is exported goes on exactly where the
history ended. Faults enter here while the stack runs: a source that pauses, a story
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
from gonogo.model.beat import Beat
from gonogo.sandbox.exposition import exposition
from gonogo.sandbox.sources import FeedJob, RawSource, sources
from gonogo.sandbox.story import Story
from gonogo.stopping import Stopped

PUSH_EVERY = timedelta(seconds=30)
"""How often rehearsals are pushed: V, too, reads them, and holds a push older than 5 min for stale."""

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the scripted sources are exported: a text file, and a group of the Pushgateway."""

    textfile: Path
    group: PushGroup


class Traffic:
    """The live part of the sandbox, in two threads: one exports, one beats.

    Attributes:
        story: how things go on; change it by ``set``.
    """

    def __init__(  # noqa: PLR0913 - what it feeds, how often, and from when on
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
        """Take over at ``end``, the unix time at which the history ends; nothing runs yet."""
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
        """Export once, push once, and go on from there; beats begin at once."""
        self.write()
        self.push()
        self.resume()
        self.resume_beats()

    def stop(self) -> None:
        """End both threads; what was exported stays as it is."""
        self.pause()
        self.pause_beats()

    def pause(self) -> None:
        """Export and push nothing more: the counters stand still."""
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
        """Beat once, by the real writer; ``lag`` sets its clock back (below 0: ahead).

        Raises:
            GonogoError: the beat was not published.
        """
        behind = round(lag.total_seconds() * NANOSECONDS)
        return replace(self._writer, nanoseconds=lambda: time.time_ns() - behind).beat()

    def set(self, story: Story) -> None:
        """Let things go on by another story; counters go on from where they are."""
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
        """Export what the node's sources say now, in one step."""
        with self._writing:
            durable.replace(self._outlets.textfile, self._text(FeedJob.NODE))

    def withdraw(self) -> None:
        """Take the text file away, as when what writes it is gone."""
        self._outlets.textfile.unlink(missing_ok=True)

    def push(self) -> None:
        """Push what the rehearsals say now.

        Raises:
            ActionFailed: the Pushgateway did not take it.
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
    """A thread that runs until it is told to end."""

    def __init__(self, name: str, work: Callable[[Event], None]) -> None:
        self._stop = Event()
        self._work = work
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(Stopped):  # the main thread says it
            self._work(self._stop)

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


def _key(source: RawSource) -> str:
    return f"{source.name}{sorted(source.labels.items())}"
