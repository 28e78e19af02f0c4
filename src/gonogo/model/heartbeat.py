"""The heartbeat settings of a policy: all that the writer needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.durations import format_duration


@dataclass(frozen=True, slots=True)
class Heartbeat:
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
