"""One heartbeat followed from its writer to the rules."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.model.beat import Beat


@dataclass(frozen=True, slots=True)
class BeatStage:
    """One stage on the way of a beat from its writer to the verdict.

    Attributes:
        name: ``published``, ``scraped``, ``evaluated`` or ``ok``.
        seconds: from the start of the beat until the stage was seen; ``None`` = not seen in time.
        detail: what was seen, or what was seen instead.
        next_step: where to look when it was not.
    """

    name: str
    seconds: float | None
    detail: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class FollowedBeat:
    """A beat and the stages that it reached, in order; the last one is where it is missing, if it is."""

    beat: Beat
    stages: tuple[BeatStage, ...]

    @property
    def arrived(self) -> bool:
        """Whether every stage was seen."""
        return all(stage.seconds is not None for stage in self.stages)
