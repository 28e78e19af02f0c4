"""Heartbeats as JSON: schema ``gonogo/heartbeat/v1``."""

from __future__ import annotations

import orjson

from gonogo.model.beat import Beat
from gonogo.render.heartbeat_text import beat_time

SCHEMA = "gonogo/heartbeat/v1"


def beat_json(beat: Beat) -> str:
    """Write one beat as one line of JSON."""
    document = {
        "schema": SCHEMA,
        "sequence": beat.sequence,
        "at": beat_time(beat),
        "published": beat.published,
        "recovered": beat.recovered or None,
    }
    return orjson.dumps(document).decode()
