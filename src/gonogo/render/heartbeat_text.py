"""Heartbeats as text: one line a beat."""

from __future__ import annotations

from datetime import UTC, datetime

from gonogo.model.beat import Beat, FollowedBeat
from gonogo.render.plain import plain


def beat_text(beat: Beat) -> str:
    """Say a beat's number, its time, and where it was published."""
    return f"beat {beat.sequence} at {beat_time(beat)} published to {plain(' and '.join(beat.published))}"


def beat_time(beat: Beat) -> str:
    """Write the beat's time as RFC 3339 in UTC, to the millisecond."""
    seconds, milliseconds = divmod(beat.milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03}Z"


def followed_text(followed: FollowedBeat) -> str:
    """Say when each stage saw the beat, or where it is missing and where to look."""
    arrived = followed.stages[-1].seconds if followed.arrived else None
    headline = f"verified in {arrived:.2f} s" if arrived is not None else f"not verified: {followed.stages[-1].name}"
    lines = [f"{headline}: {beat_text(followed.beat)}"]
    for stage in followed.stages:
        seconds = "  missing" if stage.seconds is None else f"{stage.seconds:7.2f} s"
        lines.append(f"  {stage.name:<10} {seconds}  {plain(stage.detail)}")
        if stage.seconds is None:
            lines.append(f"  next: {plain(stage.next_step)}")
    return "\n".join(lines)
