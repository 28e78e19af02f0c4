"""Keeps the sandbox alive: the real writer beats, and the scripted sources are exported.

Every value is a function of time, so the exports continue exactly where the
history ended. Faults of the running sandbox enter here: a source that pauses, a story
that changes, a writer that stops or whose clock is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from threading import Event, Lock, Thread

from gonogo.disk import durable
from gonogo.disk.exposition import family
from gonogo.errors import GonogoError
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.rhythm import beats
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import Beat
from gonogo.model.replacing import replace
from gonogo.sandbox.sources import FeedJob, RawSource, sources
from gonogo.sandbox.story import Story
from gonogo.stopping import Stopped

PUSH_EVERY = timedelta(seconds=30)
"""The interval of the pushes of rehearsals. The Lyapunov function V reads them, and a push is stale after 5 min."""

NANOSECONDS = 1_000_000_000


_HISTOGRAM_PARTS = ("_bucket", "_sum", "_count")


@dataclass(slots=True, eq=False)
class Traffic:
    """The live part of the sandbox, in two threads: one exports, the other beats. ``start`` starts it.

    Attributes:
        story: the script of the live part. ``set`` changes it.
        writer: the real writer of the heartbeat.
        textfile: the text file for the sources of the node.
        group: the group of the Pushgateway for the rehearsals.
        end: the unix time at which the history ends.
        interval: the interval of the exports.
        every: the interval of the beats.
        say: is called with each failure.
    """

    story: Story
    writer: HeartbeatWriter
    textfile: Path
    group: PushGroup
    end: float
    interval: timedelta
    every: timedelta
    say: Callable[[str], None]
    _change: Lock = field(default_factory=Lock, init=False)
    _writing: Lock = field(default_factory=Lock, init=False)
    _sources: tuple[RawSource, ...] = field(default=(), init=False)
    _carried: dict[str, float] = field(default_factory=dict, init=False)
    _loops: dict[Callable[[Event], None], _Loop] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Prepare the sources of the story."""
        self._sources = sources(self.story, self.writer.prefix, self.end)

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
        self._end(self._exporting)

    def resume(self) -> None:
        """Export and push again."""
        self._begin("sandbox traffic", self._exporting)

    def pause_beats(self) -> None:
        """Stop the writer."""
        self._end(self._beat_on)

    def resume_beats(self) -> None:
        """Beat at once, and then every ``heartbeat.every``."""
        self._begin("sandbox heartbeat", self._beat_on)

    def _begin(self, name: str, work: Callable[[Event], None]) -> None:
        if work not in self._loops:
            self._loops[work] = _Loop(name, work)

    def _end(self, work: Callable[[Event], None]) -> None:
        if loop := self._loops.pop(work, None):
            loop.end()

    def beat(self, lag: timedelta = timedelta(0)) -> Beat:
        """Beat once with the real writer. ``lag`` sets the writer's clock back, or ahead if it is negative.

        Raises:
            GonogoError: the beat was not published.
        """
        behind = round(lag.total_seconds() * NANOSECONDS)
        return replace(self.writer, nanoseconds=lambda: time.time_ns() - behind).beat()

    def set(self, story: Story) -> None:
        """Continue with another story. Counters continue from their current values."""
        with self._change:
            second = self._second()
            now = {source.identity(): value for source, value in self._values(second)}
            self.story = story
            self._sources = sources(story, self.writer.prefix, self.end)
            self._carried = {
                source.identity(): now.get(source.identity(), 0) - (source.value(second) or 0)
                for source in self._sources
                if source.counter
            }

    def write(self) -> None:
        """Export the current values of the node's sources in one step."""
        with self._writing:
            durable.replace(self.textfile, self._text(FeedJob.NODE))

    def withdraw(self) -> None:
        """Remove the text file, as if its writer were gone."""
        self.textfile.unlink(missing_ok=True)

    def push(self) -> None:
        """Push the current values of the rehearsals.

        Raises:
            ActionFailed: the Pushgateway was not updated.
        """
        self.group.publish(self._text(FeedJob.REHEARSAL))

    def _text(self, job: FeedJob) -> bytes:
        with self._change:
            values = [(source, value) for source, value in self._values(self._second()) if source.job is job]
        return exposition(values)

    def _second(self) -> float:
        return time.time() - self.end

    def _values(self, second: float) -> list[tuple[RawSource, float]]:
        values = ((source, source.value(second)) for source in self._sources)
        return [(one, value + self._carried.get(one.identity(), 0)) for one, value in values if value is not None]

    def _exporting(self, stop: Event) -> None:
        pushed = time.monotonic()
        while not stop.wait(self.interval.total_seconds()):
            self._try(self.write)
            if time.monotonic() - pushed >= PUSH_EVERY.total_seconds():
                pushed = time.monotonic()
                self._try(self.push)

    def _beat_on(self, stop: Event) -> None:
        for beat in beats(self.writer, self.every, stop.wait):
            if isinstance(beat, GonogoError):
                self.say(f"a beat of the sandbox failed: {beat}")

    def _try(self, export: Callable[[], None]) -> None:
        try:
            export()
        except (GonogoError, OSError) as error:
            self.say(f"the sandbox could not export: {error}")


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


def exposition(values: Iterable[tuple[RawSource, float]]) -> bytes:
    """Write each source with its value, in families. The scrape or the push adds the labels job and instance."""
    text = ""
    for (name, kind), members in groupby(values, lambda pair: _family(pair[0])):
        lines = (f"{source.identity()} {value!r}\n" for source, value in members)
        text += family(name, kind, "Scripted for the sandbox.", lines)
    return text.encode()


def _family(source: RawSource) -> tuple[str, str]:
    for part in _HISTOGRAM_PARTS:
        if source.name.endswith(part):
            return source.name.removesuffix(part), "histogram"
    return source.name, "counter" if source.counter else "gauge"
