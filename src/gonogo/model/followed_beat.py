"""A heartbeat followed from its writer to the rules."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.model.beat import Beat


@dataclass(frozen=True, slots=True)
class BeatStage:
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


@dataclass(frozen=True, slots=True)
class FollowedBeat:
    """A beat and its stages in order. If the beat did not arrive, the last stage is the one that it did not reach."""

    beat: Beat
    stages: tuple[BeatStage, ...]

    @property
    def arrived(self) -> bool:
        """Return whether the beat was seen at every stage."""
        return all(stage.seconds is not None for stage in self.stages)
