"""Prints a followed heartbeat as text: one line per stage, and the next step if a stage is missing."""

from __future__ import annotations

from gonogo.heartbeat.print import beat_text
from gonogo.model.followed_beat import FollowedBeat
from gonogo.model.plain import plain


def followed_text(followed: FollowedBeat) -> str:
    """Return the time of each stage, or the stage at which the beat is missing and the next step."""
    arrived = followed.stages[-1].seconds if followed.arrived else None
    headline = f"verified in {arrived:.2f} s" if arrived is not None else f"not verified: {followed.stages[-1].name}"
    lines = [f"{headline}: {beat_text(followed.beat)}"]
    for stage in followed.stages:
        seconds = "  missing" if stage.seconds is None else f"{stage.seconds:7.2f} s"
        lines.append(f"  {stage.name:<10} {seconds}  {plain(stage.detail)}")
        if stage.seconds is None:
            lines.append(f"  next: {plain(stage.next_step)}")
    return "\n".join(lines)
