"""The quick check of a series agrees with the slow explanation."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.model.outcome import Reason
from gonogo.model.series import Series
from gonogo.verdict.core.series_doubts import Found, freshest, looks_sound, series_doubts
from tests.evidence_builder import NOW, at_now, samples

MARKS = {"mode": ("smoke", "demo"), "origin": ("script",)}
MAX_AGE = 65.0

labels = st.fixed_dictionaries(
    {"__name__": st.just("duri_x")},
    optional={"mode": st.sampled_from(["smoke", "real"]), "origin": st.sampled_from(["script", "probe"])},
)
ages = st.lists(st.sampled_from([-5.1, -5.0, 0.0, 10.0, MAX_AGE, 65.1, 300.0]), max_size=3, unique=True)


@st.composite
def found(draw: st.DrawFn) -> Found:
    """Draw an answer with no series, one series or two series."""
    drawn = draw(st.lists(st.tuples(labels, ages), max_size=2))
    return tuple(Series(named, tuple(sorted(NOW - age for age in old)), (1.0,) * len(old)) for named, old in drawn)


@st.composite
def usual(draw: st.DrawFn) -> Found:
    """Draw an answer with one series of a real source. Its newest sample may be too old or in the future."""
    old = draw(st.lists(st.sampled_from([-5.0, 0.0, 10.0, MAX_AGE, 65.1, 300.0]), min_size=1, max_size=3, unique=True))
    return (Series({"__name__": "duri_x", "mode": "real"}, tuple(sorted(NOW - age for age in old)), (1.0,) * len(old)),)


def doubts(ranges: Found, instant: Found) -> list[Reason]:
    """Return the reasons that the slow explanation finds."""
    return [doubt.reason for doubt in series_doubts("duri_x", ranges, instant, MARKS, NOW, MAX_AGE)]


@given(usual() | usual() | found(), st.none() | found())
def test_a_sound_answer_has_no_doubts(ranges: Found, other: Found | None) -> None:
    """The quick check never accepts an answer with a doubt, whether or not both answers agree."""
    instant = tuple(map(at_now, ranges)) if other is None else other
    assume(looks_sound(ranges, instant, MARKS, NOW, MAX_AGE))
    assert doubts(ranges, instant) == []


@given(found() | usual())
def test_the_usual_case_looks_sound(ranges: Found) -> None:
    """The quick check accepts one series that is in both answers without any doubt."""
    instant = tuple(map(at_now, ranges))
    assume(len(ranges) == 1 and doubts(ranges, instant) == [])
    assert looks_sound(ranges, instant, MARKS, NOW, MAX_AGE)


def test_a_time_that_is_nan_does_not_look_sound() -> None:
    """The quick check accepts only times that can be compared."""
    odd = Series({"__name__": "duri_x"}, (math.nan,), (1.0,))
    assert not looks_sound((odd,), (odd,), MARKS, NOW, MAX_AGE)


def test_the_freshest_of_several_series_is_shown() -> None:
    """Several series are a doubt, and the value of the newest is shown."""
    old, new = samples("duri_x", {40: 0.0}), samples("duri_x", {10: 1.0})
    empty = Series(old.labels, (), ())
    assert freshest((old, new, empty)) is new
    assert freshest((empty,)) is empty
    assert freshest(()) is None
