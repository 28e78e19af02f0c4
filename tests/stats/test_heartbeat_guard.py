"""Tests of the heartbeat's probabilities, against closed forms, published values and enumeration."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.stats.heartbeat_guard import (
    HEALTHY_LOSS,
    any_gap,
    detection,
    gap_exceeds,
    loss_run,
    outage_missed,
    sustained_false_alarm,
)

BEATS_A_DAY = 2880
PROBABILITIES = st.floats(0.001, 0.4)


def test_jitter_decides_at_a_limit_of_whole_periods() -> None:
    """At two periods half of all single losses pass the limit, and at two and a half periods none."""
    assert gap_exceeds(30, 60, loss=0.01, jitter=1) == pytest.approx(0.00505)
    assert gap_exceeds(30, 75, loss=0.01, jitter=1) == pytest.approx(1e-4)


def test_without_jitter_and_delay_only_losses_count() -> None:
    """The age exceeds the limit after ⌊limit / every⌋ losses."""
    assert gap_exceeds(30, 60, loss=0.01) == pytest.approx(1e-4)
    assert gap_exceeds(30, 59, loss=0.01) == pytest.approx(1e-2)
    assert gap_exceeds(30, 29, loss=0.01) == pytest.approx(1)


def test_the_wait_until_a_scrape_counts() -> None:
    """With a wait of up to 15 s, one loss is enough to exceed a limit of exactly two periods."""
    assert gap_exceeds(60, 120, loss=0.01, delay=15) == pytest.approx(0.01)
    assert gap_exceeds(60, 127.5, loss=0.01, delay=15) == pytest.approx(0.01 * (0.99 / 2) + 1e-4)
    assert gap_exceeds(60, 120, loss=0.01, jitter=1, delay=15) == pytest.approx(0.01, rel=0.05)


@given(st.floats(-50, 50), st.floats(0.2, 5), st.floats(0.1, 20))
def test_the_mean_over_the_wait_is_the_integral(margin: float, jitter: float, delay: float) -> None:
    """The closed form equals the sum over many waits."""
    steps = 400
    waits = [(place + 0.5) * delay / steps for place in range(steps)]
    limits = (gap_exceeds(1e9, 1e9 + margin - wait, loss=0, jitter=jitter) for wait in waits)
    assert gap_exceeds(1e9, 1e9 + margin, loss=0, jitter=jitter, delay=delay) == pytest.approx(
        sum(limits) / steps, abs=2e-3
    )


@pytest.mark.parametrize(("run", "expected"), [(2, 0.248), (3, 0.00285), (4, 2.85e-5)])
def test_long_loss_runs_of_a_day_are_rare(run: int, expected: float) -> None:
    """The values hold for a beat every 30 s with 1 % lost."""
    assert loss_run(BEATS_A_DAY, run, loss=HEALTHY_LOSS) == pytest.approx(expected, rel=0.005)
    assert any_gap(HEALTHY_LOSS**run, 30, loss=HEALTHY_LOSS) == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize(("run", "expected"), [(3, 0.986), (8, 0.43), (12, 0.105)])
def test_bursts_make_loss_runs_common(run: int, expected: float) -> None:
    """The loss is the same 1 %, in bursts of three on average."""
    assert loss_run(BEATS_A_DAY, run, loss=HEALTHY_LOSS, burst=3) == pytest.approx(expected, rel=0.005)


@given(st.integers(1, 9), st.integers(1, 10), PROBABILITIES, st.none() | st.floats(1.5, 5))
def test_loss_runs_are_exact(beats: int, run: int, loss: float, burst: float | None) -> None:
    """Every history of a few beats is counted."""
    after_loss, after_beat = (loss, loss) if burst is None else (1 - 1 / burst, loss / (1 - loss) / burst)
    total = 0.0
    for history in itertools.product((False, True), repeat=beats):
        chance = loss if history[0] else 1 - loss
        for before, now in itertools.pairwise(history):
            lost = after_loss if before else after_beat
            chance *= lost if now else 1 - lost
        if "1" * run in "".join("01"[lost] for lost in history):
            total += chance
    assert loss_run(beats, run, loss=loss, burst=burst) == pytest.approx(total, abs=1e-12)


def test_an_empty_run_is_certain_and_no_beats_have_none() -> None:
    """A run of no losses always exists, and no beats have no run."""
    assert loss_run(10, 0, loss=0.1) == 1
    assert loss_run(0, 1, loss=0.1) == 0


def test_a_gap_that_is_certain_occurs_every_day() -> None:
    """A gap that never happens is seen on no day."""
    assert any_gap(1, 30, loss=0.01) == 1
    assert any_gap(0, 30, loss=0.01) == 0


def test_the_detection_delay_is_that_of_the_published_example() -> None:
    """Beats come every 30 s, the limit is 105 s, and an evaluation is every 15 s."""
    delay = detection(30, 105, 15)
    assert (delay.mean, delay.longest) == (97.5, 120)


@pytest.mark.parametrize(
    ("outage", "missed"), [(0, 1), (30, 1), (45, 1), (60, 1 - 15 / 45), (67.5, 0.5), (90, 0), (1000, 0)]
)
def test_short_outages_are_missed(outage: float, missed: float) -> None:
    """With beats every 45 s and a limit of 120 s, every outage of two beats is seen, and half of those of 1.5 beats."""
    assert outage_missed(45, 120, outage) == pytest.approx(missed)


@given(st.floats(1, 300), st.floats(1, 1000), PROBABILITIES, st.floats(0, 10), st.floats(0, 60))
def test_every_result_is_a_probability(every: float, limit: float, loss: float, jitter: float, delay: float) -> None:
    """Each result is in [0, 1], and a longer limit never gives more false alarms."""
    gap = gap_exceeds(every, limit, loss=loss, jitter=jitter, delay=delay)
    assert 0 <= gap <= 1
    assert gap_exceeds(every, limit + 10, loss=loss, jitter=jitter, delay=delay) <= gap + 1e-9
    assert 0 <= any_gap(gap, every, loss=loss) <= 1
    assert 0 <= outage_missed(every, limit, 60) <= 1
    assert not math.isnan(gap)


@pytest.mark.parametrize(("held", "expected"), [(1, 1.0), (5, 1.0), (6, 0.50), (10, 0.15), (15, 0.0015)])
def test_sustained_false_alarms_have_the_published_chance(held: int, expected: float) -> None:
    """A day has 1440 minutes, one in a hundred is bad, and the window is five minutes."""
    found = sustained_false_alarm(1440, window=5, held=held, bad=0.01)
    assert found == pytest.approx(expected, rel=0.1, abs=5e-4)


@given(st.integers(1, 3), st.integers(1, 8), st.floats(0.001, 0.02))
def test_the_chance_of_a_false_alarm_is_close_to_enumeration(window: int, held: int, bad: float) -> None:
    """Every history of twelve ticks is counted. Clusters are rare, so their expected number is close to the chance."""
    ticks = 12
    exact = 0.0
    for history in itertools.product((False, True), repeat=ticks):
        chance = 1.0
        for tick in history:
            chance *= bad if tick else 1 - bad
        shown = "".join("01"[any(history[max(0, at - window + 1) : at + 1])] for at in range(ticks + window))
        if "1" * held in shown:
            exact += chance
    found = sustained_false_alarm(ticks, window=window, held=held, bad=bad)
    assert found == pytest.approx(exact, rel=0.25, abs=2e-3)


@given(st.integers(1, 40), st.integers(1, 200), st.floats(0.0001, 0.2))
def test_a_longer_for_never_gives_more_false_alarms(window: int, held: int, bad: float) -> None:
    """The chance is in [0, 1], and falls with ``for`` beyond the window."""
    chance = sustained_false_alarm(2880, window=window, held=held + window, bad=bad)
    assert 0 <= chance <= 1
    assert sustained_false_alarm(2880, window=window, held=held + window + 1, bad=bad) <= chance + 1e-12
