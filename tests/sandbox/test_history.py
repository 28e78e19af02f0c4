"""The times of the history are dense at the end and never in the future. Its text is OpenMetrics."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.sandbox.history import BLOCK, openmetrics, sample_times, spans
from gonogo.sandbox.sources import FeedJob, RawSource
from gonogo.sandbox.story import MONTH

END = 1_800_000_000.0
LOOKBACK = 300
"""The seconds that an instant selector looks back. Source: Prometheus documentation, "Staleness"."""

SECOND = timedelta(seconds=1)


def test_an_empty_history_has_no_times() -> None:
    """A story may have an empty server."""
    assert sample_times(timedelta(0), SECOND) == ()


@given(st.integers(1, 31 * 86_400), st.sampled_from([1, 2, 5, 15, 30]))
def test_the_times_of_samples_increase_to_the_end(length: int, interval: int) -> None:
    """The first time is the beginning of the history, and the last its end. A selector finds a sample at any time."""
    times = sample_times(timedelta(seconds=length), timedelta(seconds=interval))
    assert times[0] == -length
    assert times[-1] == 0
    assert all(0 < later - earlier < LOOKBACK for earlier, later in pairwise(times))


def test_the_last_three_quarters_of_an_hour_have_live_density() -> None:
    """Every scrape of the last 45 min is there."""
    times = sample_times(MONTH, timedelta(seconds=5))
    assert [time for time in times if time >= -2700] == [float(second) for second in range(-2700, 1, 5)]


def test_each_span_lies_in_one_block() -> None:
    """Spans are cut at whole multiples of the block's length, and no sample is lost."""
    times = sample_times(MONTH, timedelta(seconds=5))
    cut = spans(times, END)
    assert [time for span in cut for time in span.times] == list(times)
    length = BLOCK.total_seconds()
    assert all({(END + time) // length for time in span.times} == {span.block} for span in cut)


def test_the_text_has_realm_job_and_instance() -> None:
    """A source without a value yet is left out. The text ends as OpenMetrics requires."""
    source = RawSource("up_total", {"slo": "green"}, True, FeedJob.NODE, lambda second: 7 if second == 0 else None)
    assert "".join(openmetrics([source], (-5.0, 0.0), END)) == (
        'up_total{metric_realm="sandbox",slo="green",job="node",instance="sandbox"} 7 1800000000.000\n# EOF\n'
    )


def test_values_read_back_exactly() -> None:
    """Values are written so that they are read as the same doubles."""
    source = RawSource("x", {}, False, FeedJob.NODE, lambda _: 0.1 + 0.2)
    line = "".join(openmetrics([source], (0.0,), END)).splitlines()[0]
    assert float(line.split()[1]) == pytest.approx(0.1 + 0.2, abs=0)
