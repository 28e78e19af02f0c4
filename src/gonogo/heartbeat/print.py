"""Prints heartbeats as text, one line per beat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from gonogo.formats.document import document
from gonogo.model.heartbeat import Beat, FollowedBeat
from gonogo.model.plain import plain


def beat_text(beat: Beat) -> str:
    """Return the number and the time of a beat, and the places where it was published."""
    return f"beat {beat.sequence} at {beat_time(beat)} published to {plain(' and '.join(beat.published))}"


def beat_time(beat: Beat) -> str:
    """Return the time of a beat as RFC 3339 in UTC, to the millisecond."""
    seconds, milliseconds = divmod(beat.milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03}Z"


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


BEAT_SCHEMA = "gonogo/heartbeat/v1"
VERIFY_SCHEMA = "gonogo/heartbeat-verify/v1"


def beat_json(beat: Beat) -> str:
    """Return a beat as a line of JSON with its line feed."""
    return document({"schema": BEAT_SCHEMA, **_beat_value(beat)}).decode()


def followed_json(followed: FollowedBeat) -> str:
    """Return a followed beat as a line of JSON with its line feed. ``seconds`` is null if a stage was not seen."""
    stages = [
        {
            "stage": stage.name,
            "outcome": "seen" if stage.seconds is not None else "missing",
            "seconds": None if stage.seconds is None else round(stage.seconds, 3),
            "detail": stage.detail,
            "next_step": stage.next_step or None,
        }
        for stage in followed.stages
    ]
    outcome = "verified" if followed.arrived else "missing"
    value = {"schema": VERIFY_SCHEMA, "outcome": outcome, "beat": _beat_value(followed.beat), "stages": stages}
    return document(value).decode()


def _beat_value(beat: Beat) -> Mapping[str, object]:
    return {
        "sequence": beat.sequence,
        "at": beat_time(beat),
        "published": beat.published,
        "recovered": beat.recovered or None,
        "beside": beat.beside or None,
    }
