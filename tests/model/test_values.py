"""Tests of small laws of the frozen values."""

from datetime import timedelta

from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import ValueRange
from gonogo.model.series import Series, subject_key


def test_a_subject_needs_every_label() -> None:
    """A missing or empty subject label names no subject."""
    assert subject_key({"service": "a", "team": ""}, ("service", "team")) is None
    assert subject_key({"service": "a"}, ("service",)) == ("a",)
    assert subject_key({}, ()) == ()


def test_a_series_without_a_name_has_an_empty_name() -> None:
    """Aggregates have no name."""
    assert Series({}, (), ()).metric == ""


def test_a_range_contains_its_ends() -> None:
    """Values outside and NaN are not in the range."""
    unit = ValueRange(0, 1)
    assert 0.0 in unit
    assert 1.0 in unit
    assert 1.0000001 not in unit
    assert not unit.__contains__(float("nan"))
    assert [str(unit), str(ValueRange(0)), str(ValueRange())] == ["[0, 1]", "[0, ∞)", "(-∞, ∞)"]


def test_names_follow_the_heartbeat() -> None:
    """The numbers in metric names are those of the policy."""
    heartbeat = Heartbeat(fresh=timedelta(minutes=2), window=timedelta(minutes=6))
    assert (heartbeat.fresh_name, heartbeat.window_name) == ("120s", "6m")
