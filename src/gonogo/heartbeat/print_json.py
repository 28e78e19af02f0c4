"""Prints heartbeats as JSON, schemas ``gonogo/heartbeat/v1`` and ``gonogo/heartbeat-verify/v1``."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.formats.document import document
from gonogo.heartbeat.print import beat_time
from gonogo.model.beat import Beat
from gonogo.model.followed_beat import FollowedBeat

BEAT_SCHEMA = "gonogo/heartbeat/v1"
VERIFY_SCHEMA = "gonogo/heartbeat-verify/v1"


def beat_json(beat: Beat) -> str:
    """Return a beat as a line of JSON with its line feed."""
    return document({"schema": BEAT_SCHEMA, **_beat(beat)}).decode()


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
    value = {"schema": VERIFY_SCHEMA, "outcome": outcome, "beat": _beat(followed.beat), "stages": stages}
    return document(value).decode()


def _beat(beat: Beat) -> Mapping[str, object]:
    return {
        "sequence": beat.sequence,
        "at": beat_time(beat),
        "published": beat.published,
        "recovered": beat.recovered or None,
        "beside": beat.beside or None,
    }
