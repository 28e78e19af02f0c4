"""A healthy stack is GO, however its scrapes, its rules and its beats fall together."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from gonogo.model.verdict import Report, Verdict
from gonogo.verdict.print import report_text
from tests.live.running_demo import Demo, demo
from tests.waiting import await_true

pytestmark = pytest.mark.live

INTERVALS = [timedelta(seconds=seconds) for seconds in (1, 2, 3, 4, 5)]
NO_RUNS = "runs: {required: []}\n"
LOOKS = 10


def test_every_start_is_go(share: Callable[[int], int]) -> None:
    """Twenty starts, in a short run two: each reaches GO and stays there.

    The phases of scrapes and rules follow from ports and paths, which are others at each
    start; the intervals go round, and beats begin anew at a random moment of one.
    """
    starts = share(20)
    assert starts
    for number in range(starts):
        interval = INTERVALS[number % len(INTERVALS)].total_seconds()
        phase = random.uniform(0, interval)  # noqa: S311 - no secret
        with demo(timedelta(seconds=interval), NO_RUNS) as running:
            running.stack.traffic.pause_beats()
            await_true(lambda p=phase, i=interval: time.time() % i >= p)  # type: ignore[misc]
            running.stack.traffic.resume_beats()
            running.until_go()
            reports = list(looks(running, interval))
            assert reports
            for report in reports:
                what = f"start {number}, every {interval:g} s, beats at {phase:.2f} s"
                assert report.judgement.verdict is Verdict.GO, f"{what}\n{report_text(report)}"


def looks(running: Demo, seconds: float) -> Iterator[Report]:
    """Decide at ten moments of one interval."""
    began = time.monotonic()
    for look in range(LOOKS):
        await_true(lambda due=began + seconds * look / LOOKS: time.monotonic() >= due)  # type: ignore[misc]
        yield running.decide()
