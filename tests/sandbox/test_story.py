"""A curve has straight lines between its points, and is level before and after them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.sandbox.story import Curve, level, step
from tests.curves import ramp

SECONDS = st.floats(-1e6, 1e6)
COURSES = st.lists(st.tuples(SECONDS, st.floats(0, 100)), min_size=1, max_size=5).map(
    lambda points: Curve(tuple(sorted(points, key=lambda point: point[0])))
)


def test_a_curve_without_points_is_refused() -> None:
    """A curve without points has no value."""
    with pytest.raises(ValueError, match="at least one point"):
        Curve(())


def test_a_curve_that_goes_back_in_time_is_refused() -> None:
    """The points must be in order."""
    with pytest.raises(ValueError, match="forward in time"):
        Curve(((0.0, 1.0), (-1.0, 2.0)))


def test_a_level_never_changes() -> None:
    """The value is the same before, at and after the only point."""
    assert {level(3.0).at(second) for second in (-1e9, 0.0, 1e9)} == {3.0}


def test_a_step_changes_at_once() -> None:
    """At the second of the step the curve has the new value."""
    course = step(1.0, timedelta(seconds=10), 5.0)
    assert [course.at(second) for second in (-11, -10, -9, 100)] == [1.0, 5.0, 5.0, 5.0]


def test_a_ramp_is_straight_and_then_level() -> None:
    """In the middle, the curve has half of the change. After the end it stays level."""
    course = ramp(0.9, timedelta(seconds=10), 0.1)
    assert course.at(-20) == 0.9
    assert course.at(-5) == pytest.approx(0.5)
    assert course.at(0) == course.at(50) == 0.1


def test_the_total_of_a_step_is_the_sum_of_both_sides() -> None:
    """Ten seconds at 1 and five seconds at 3 make 25."""
    assert step(1.0, timedelta(seconds=5), 3.0).total(-15, 0) == pytest.approx(25)


@given(COURSES, SECONDS, SECONDS, SECONDS)
def test_totals_of_adjoining_times_add_up(course: Curve, one: float, two: float, three: float) -> None:
    """The total over two adjoining times is that over both together."""
    start, middle, end = sorted((one, two, three))
    parts = course.total(start, middle) + course.total(middle, end)
    assert parts == pytest.approx(course.total(start, end), rel=1e-6, abs=1e-3)


@given(COURSES, SECONDS)
def test_a_value_lies_between_the_points(course: Curve, second: float) -> None:
    """No value is extrapolated."""
    values = [value for _, value in course.points]
    assert min(values) - 1e-9 <= course.at(second) <= max(values) + 1e-9


@given(COURSES, SECONDS)
def test_a_share_and_its_complement_make_one(course: Curve, second: float) -> None:
    """The sum is 1 at every time."""
    assert course.at(second) + course.complement().at(second) == pytest.approx(1)
