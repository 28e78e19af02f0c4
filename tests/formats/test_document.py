"""Every JSON document can be read again, with any bytes in a name."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from gonogo.cli.error_door import mistake_json, mistake_of
from gonogo.errors import PolicyError, Position, Problem
from gonogo.formats.document import document
from gonogo.heartbeat.print import beat_json, followed_json
from gonogo.journal.print import list_json, record_json
from gonogo.model.heartbeat import Beat, BeatStage, FollowedBeat
from gonogo.model.record import Record
from gonogo.reload.print import reload_json
from gonogo.reload.result import Became, ReloadResult

ODD = b"a\xff.yml".decode(errors="surrogateescape")
"""A path as Python gives it whose name is no UTF-8."""

BEAT = Beat(1, 1_000, (ODD,), ODD)
RECORD = Record("obs-lint", "key", "FAIL", 0.0, {"detail": ODD, ODD: [ODD]}, "1", {"promtool": ODD}, 1)


@pytest.mark.parametrize(
    "written",
    [
        lambda: mistake_json(mistake_of(PolicyError((Problem(Position(ODD, 1, 2), ODD, ODD),)))),
        lambda: beat_json(BEAT),
        lambda: followed_json(FollowedBeat(BEAT, (BeatStage("published", 0.1, ODD, ODD),))),
        lambda: list_json((RECORD,)),
        lambda: record_json(RECORD),
        lambda: reload_json(ReloadResult(Became.REFUSED, ODD, (), (ODD,))),
        lambda: document({ODD: {"number": 1.5, "nothing": None, "items": (ODD, [ODD])}}, indented=True),
    ],
)
def test_a_name_that_is_not_utf8_is_escaped(written: Callable[[], str | bytes]) -> None:
    """The JSON of such a name can be read again.

    Such a name once made a published beat or a mistake end without JSON.
    """
    told = written()
    assert orjson.loads(told)  # strict: json.loads would take a lone surrogate
    assert "a\\\\udcff.yml" in (told.decode() if isinstance(told, bytes) else told)
