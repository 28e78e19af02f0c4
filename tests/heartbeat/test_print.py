"""Heartbeats as text and as JSON."""

from __future__ import annotations

import json

from gonogo.heartbeat.print import beat_json, beat_text, followed_json, followed_text
from gonogo.model.heartbeat import Beat, BeatStage, FollowedBeat

BEAT = Beat(1_700_000_000, 1_700_000_000_062, ("/tf/x.prom", "http://host:9091/metrics/job/x"))
SEEN = (BeatStage("published", 0.004, "/tf/x.prom"), BeatStage("scraped", 3.25, "http://host has number 1700000000"))
MISSED = BeatStage("evaluated", None, "there is no age\x1b[2J", "see http://host/rules")


def test_the_text_of_a_missing_stage_ends_with_the_next_step() -> None:
    """The first line names the missing stage. Control characters are escaped."""
    assert followed_text(FollowedBeat(BEAT, (*SEEN, MISSED))) == (
        f"not verified: evaluated: {beat_text(BEAT)}\n"
        "  published     0.00 s  /tf/x.prom\n"
        "  scraped       3.25 s  http://host has number 1700000000\n"
        "  evaluated    missing  there is no age\\x1b[2J\n"
        "  next: see http://host/rules"
    )


def test_a_missing_stage_as_json() -> None:
    """The seconds of a missing stage are null."""
    document = json.loads(followed_json(FollowedBeat(BEAT, (*SEEN, MISSED))))
    assert (document["schema"], document["outcome"]) == ("gonogo/heartbeat-verify/v1", "missing")
    assert document["beat"]["sequence"] == 1_700_000_000
    assert document["stages"][-1] == {
        "stage": "evaluated",
        "outcome": "missing",
        "seconds": None,
        "detail": "there is no age\x1b[2J",
        "next_step": "see http://host/rules",
    }


def test_a_verified_beat_shows_its_whole_time() -> None:
    """The whole time is the time of the last stage."""
    followed = FollowedBeat(BEAT, SEEN)
    assert followed_text(followed).startswith("verified in 3.25 s: beat 1700000000 at ")
    document = json.loads(followed_json(followed))
    assert document["outcome"] == "verified"
    assert [stage["seconds"] for stage in document["stages"]] == [0.004, 3.25]
    assert document["stages"][0]["next_step"] is None


def test_a_beat_is_one_line() -> None:
    """The line has the number, the time to the millisecond, and every place."""
    assert beat_text(BEAT) == (
        "beat 1700000000 at 2023-11-14T22:13:20.062Z published to /tf/x.prom and http://host:9091/metrics/job/x"
    )


def test_a_beat_as_json() -> None:
    """The JSON says how a lost state was recovered."""
    recovered = Beat(BEAT.sequence, BEAT.milliseconds, BEAT.published, "the state was lost")
    document = json.loads(beat_json(recovered))
    assert document == {
        "schema": "gonogo/heartbeat/v1",
        "sequence": 1_700_000_000,
        "at": "2023-11-14T22:13:20.062Z",
        "published": ["/tf/x.prom", "http://host:9091/metrics/job/x"],
        "recovered": "the state was lost",
        "beside": None,
    }
