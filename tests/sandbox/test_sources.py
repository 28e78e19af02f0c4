"""The scripted sources: counters never fall, beats are on their grid, and the values follow the story."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.replacing import replace
from gonogo.sandbox.sources import DAY, RawSource, Rehearsals, as_scraped, heartbeat, sources
from gonogo.sandbox.story import HEALTHY, Outage, Story, step
from tests.curves import ramp

END = 1_800_000_007.0
EVERY = timedelta(seconds=45)

STORY = replace(
    HEALTHY,
    bad_ratio=ramp(0.0, timedelta(days=9), 1.0),
    rollback_ratio=step(0.02, timedelta(days=2), 0.9),
    evidence_per_hour=ramp(9.0, timedelta(days=1), 0.0),
)


def named(name: str, story: Story = HEALTHY) -> RawSource:
    """Find a source by its name."""
    (found,) = [source for source in sources(story, "duri", END) if source.name == f"duri_{name}"]
    return found


def increase(name: str, story: Story, days: float) -> float:
    """Return the growth of a counter until the end of the history."""
    counter = named(name, story).value
    return (counter(0) or 0) - (counter(-days * DAY) or 0)


@pytest.mark.parametrize(
    ("version", "bound"), [((2, 42), "600"), ((2, 55), "600"), ((3, 0), "600.0"), ((3, 16), "600.0"), (None, "600.0")]
)
def test_bucket_bounds_have_the_form_of_the_version(version: tuple[int, int] | None, bound: str) -> None:
    """The buckets of the history continue in the scrapes, and no other label is changed."""
    found = sources(HEALTHY, "duri", END)
    changed = as_scraped(found, version)
    bounds = [source.labels["le"] for source in changed if "le" in source.labels]
    assert bound in bounds
    assert bounds[-1] == "+Inf"
    assert all((label.isdecimal() if bound == "600" else label.endswith(".0")) for label in bounds[:-1])
    assert [replace(source, labels={}) for source in changed] == [replace(source, labels={}) for source in found]
    assert [s.labels for s in changed if "le" not in s.labels] == [s.labels for s in found if "le" not in s.labels]


def test_an_outage_has_no_beat() -> None:
    """The last beat before the outage stays until its end."""
    story = replace(HEALTHY, outages=(Outage(timedelta(minutes=20), timedelta(minutes=10)),))
    _, at = heartbeat(story, "duri", EVERY, END)
    ages = [END + second - (at.value(second) or 0) for second in (-1201, -1100, -601, -500, 0)]
    assert ages[1] - ages[0] == pytest.approx(101)
    assert ages[2] - ages[0] == pytest.approx(600)
    assert max(ages[0], ages[3], ages[4]) < 45


@given(st.floats(-30 * DAY, 0))
def test_a_beat_is_the_newest_on_its_grid(second: float) -> None:
    """The beat is never in the future and never older than the interval. Its number times the interval is its time."""
    sequence, at = heartbeat(HEALTHY, "duri", EVERY, END)
    time = at.value(second) or 0
    assert 0 <= END + second - time < 45
    assert time == (sequence.value(second) or 0) * 45


@given(st.floats(-31 * DAY, DAY), st.floats(0, DAY))
def test_counters_never_fall(second: float, later: float) -> None:
    """No counter falls, in the past or live, with any story."""
    counters = [source for source in sources(STORY, "duri", END) if source.counter]
    assert counters
    for source in counters:
        assert (source.value(second) or 0) <= (source.value(second + later) or 0), source.name


def test_counters_begin_at_zero() -> None:
    """A counter that first appears above 0 would lose its first events in ``increase``."""
    begun = {
        source.value(-HEALTHY.length.total_seconds()) for source in sources(HEALTHY, "duri", END) if source.counter
    }
    assert begun == {0}


def test_the_healthy_story_burns_a_fifth_of_the_budget() -> None:
    """Two events in ten thousand are bad, and one in a thousand is allowed."""
    share = increase("slo_bad_total", HEALTHY, 7) / increase("slo_events_total", HEALTHY, 7)
    assert share / 0.001 == pytest.approx(0.2, rel=0.01)


def test_each_canary_is_a_rollback_or_a_promotion() -> None:
    """Six canaries end per hour, and the ratio splits them."""
    rolled_back, promoted = (increase(f"canary_{name}_total", STORY, 2) for name in ("rollback", "promote"))
    assert rolled_back + promoted == pytest.approx(6 * 48, abs=1)
    assert rolled_back / (rolled_back + promoted) == pytest.approx(0.9, abs=0.01)


def test_without_a_rehearsal_no_time_is_exported() -> None:
    """The time of the last success has no value before the first."""
    story = replace(HEALTHY, length=timedelta(hours=1))
    assert named("dr_rehearsal_last_success_timestamp_seconds", story).value(0) is None


def test_the_last_success_is_in_unix_time() -> None:
    """The last success was three hours before the end."""
    assert named("dr_rehearsal_last_success_timestamp_seconds").value(0) == END - 3 * 3600


def test_before_the_first_rehearsal_there_is_no_success() -> None:
    """Before the first success no value is exported."""
    assert Rehearsals(replace(HEALTHY, length=timedelta(hours=2))).last_success(-1) is None


def test_a_month_has_a_rehearsal_each_day() -> None:
    """The age of the last success is that of the story."""
    rehearsals = Rehearsals(HEALTHY)
    assert rehearsals.last_success(0) == -3 * 3600
    assert rehearsals.succeeded(0) == 31
    assert rehearsals.succeeded(0) - rehearsals.succeeded(-7 * DAY) == 7


def test_rehearsals_continue_live_after_a_recent_one() -> None:
    """The next rehearsal is due a day after the last one."""
    rehearsals = Rehearsals(HEALTHY)
    assert rehearsals.succeeded(21 * 3600 - 1) == 31
    assert rehearsals.succeeded(21 * 3600) == 32


def test_an_overdue_rehearsal_stays_overdue() -> None:
    """If the last rehearsal is over a day old, no rehearsal follows."""
    rehearsals = Rehearsals(replace(HEALTHY, rehearsal_age=timedelta(hours=30)))
    assert rehearsals.last_success(30 * DAY) == -30 * 3600


def test_buckets_count_rehearsals_within_their_bound() -> None:
    """The buckets are cumulative, and the sum is the time spent."""
    rehearsals = Rehearsals(replace(HEALTHY, rehearsal_minutes=(5, 15)))
    assert [rehearsals.within(bound)(0) for bound in (60, 300, 600, 900)] == [0, 16, 16, 31]
    assert rehearsals.spent(0) == 60 * (16 * 5 + 15 * 15)


def test_a_failed_rehearsal_counts_from_its_time() -> None:
    """Failures before the history do not count."""
    story = replace(HEALTHY, failed_rehearsals=(timedelta(days=1), timedelta(days=40)))
    assert [Rehearsals(story).failed(second) for second in (-2 * DAY, 0)] == [0, 1]
