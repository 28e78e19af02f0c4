"""The heartbeat settings of a policy: all that the writer needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.durations import format_duration


class Heartbeat(Struct, frozen=True):
    """The interval of the beats, the places where they are published, and the limits of the rules that read them.

    ``read`` names the published copy that the rules read: ``textfile`` or ``push``.
    """

    every: timedelta = timedelta(seconds=45)
    window: timedelta = timedelta(minutes=6)
    fresh: timedelta = timedelta(seconds=120)
    textfile_dir: str | None = "/var/lib/node_exporter/textfile"
    pushgateway: str | None = None
    read: str = "textfile"
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def fresh_name(self) -> str:
        """Return ``fresh`` as metric names have it: whole seconds, such as ``120s``."""
        return f"{self.fresh.total_seconds():g}s"

    @property
    def window_name(self) -> str:
        """Return ``window`` as metric names have it: the shortest form, such as ``6m``."""
        return format_duration(self.window)


class Beat(Struct, frozen=True):
    """A beat that was published in every place that the policy names.

    Attributes:
        sequence: the number of the beat.
        milliseconds: the unix time of the writer, in whole milliseconds.
        published: the places where the beat can be read, each a path or a URL.
        recovered: a sentence if the state of the writer had been lost, else empty.
        beside: a sentence if another machine writes the same heartbeat, else empty.
    """

    sequence: int
    milliseconds: int
    published: tuple[str, ...]
    recovered: str = ""
    beside: str = ""


class BeatStage(Struct, frozen=True):
    """A stage on the way of a beat from its writer to the verdict.

    Attributes:
        name: ``published``, ``scraped``, ``evaluated`` or ``ok``.
        seconds: the time from the start of the beat until the stage was seen; ``None`` = not seen in time.
        detail: the state that was seen.
        next_step: where to look if the stage was not seen.
    """

    name: str
    seconds: float | None
    detail: str
    next_step: str = ""


class FollowedBeat(Struct, frozen=True):
    """A beat and its stages in order. If the beat did not arrive, the last stage is the one that it did not reach."""

    beat: Beat
    stages: tuple[BeatStage, ...]

    @property
    def arrived(self) -> bool:
        """Return whether the beat was seen at every stage."""
        return all(stage.seconds is not None for stage in self.stages)
