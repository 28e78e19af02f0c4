"""The lines of a reload's steps, whose reader may leave."""

from __future__ import annotations

import os
from pathlib import Path

from gonogo.cli.reload_progress import StepLines
from gonogo.model.outcome import Outcome
from gonogo.reload.result import ReloadStep, StepReport

REPORT = StepReport(ReloadStep.LINT, Outcome.PASS, "fine", 0.1, ())


def test_a_reader_who_leaves_stops_nothing() -> None:
    """What cannot be written is dropped, and not tried again when the stream is closed."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        lines = StepLines(stream)
        lines.ended(REPORT)
        assert b"lint" in os.read(reading, 1000)
        os.close(reading)
        lines.ended(REPORT)
        lines.begins(ReloadStep.UNIT)
        lines.ended(REPORT)


def test_a_full_disk_and_a_closed_stream_stop_nothing(tmp_path: Path) -> None:
    """Neither changes what becomes of the reload."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        StepLines(full).ended(REPORT)
    path = tmp_path / "closed"
    with path.open("w", encoding="utf-8") as closed:
        lines = StepLines(closed)
    lines.ended(REPORT)
    lines.ended(REPORT)
    assert path.read_text(encoding="utf-8") == ""
