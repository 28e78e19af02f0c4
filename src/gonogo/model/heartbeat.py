"""How a writer beats and how its beats are read: what the writer needs of a policy, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.durations import format_duration


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How often the writer beats, how the rules read it, and where it publishes.

    ``read`` is ``textfile`` or ``push``: which of two published copies the rules read.
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
        """``fresh`` as metric names carry it: whole seconds, such as ``120s``."""
        return f"{self.fresh.total_seconds():g}s"

    @property
    def window_name(self) -> str:
        """``window`` as metric names carry it: the shortest form, such as ``6m``."""
        return format_duration(self.window)
