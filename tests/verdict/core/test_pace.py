"""The pace of the server's clock beside the watcher's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.verdict.core.pace import Glance, keep_pace

SERVER = 1_790_000_000.0


def told(server: Callable[[float], float], times: Iterable[float], took: float = 0.1) -> list[bool]:
    """Return for each time if the clocks agree. ``server`` gives the server's time of a time on the watcher's clock."""
    seen: tuple[Glance, ...] = ()
    found = []
    for at in times:
        seen, why = keep_pace(seen, Glance(SERVER + server(at), at, at + took))
        found.append(not why)
    return found


STEPS = [15.0 * n for n in range(60)]


def test_a_clock_that_stands_still_is_never_in_pace() -> None:
    """The same answer is replayed. The clause has both times."""
    assert told(lambda _: 0.0, STEPS) == [True, *[False] * 59]
    _, why = keep_pace((Glance(SERVER, 0.0, 0.1),), Glance(SERVER + 0.2, 15.0, 15.1))
    assert why == "the server's clock advanced by 0.2 s while 15.0 s passed here"


@pytest.mark.parametrize("step", [1.0, 5.0, 15.0, 60.0, 400.0])
def test_a_replay_from_the_second_step_on_is_seen_with_any_step(step: float) -> None:
    """Short steps need a few of them, because 5 s are allowed. After that no step is in pace."""
    found = told(lambda at: min(at, step), [step * n for n in range(40)])
    first = found.index(False)
    assert step * first <= max(step + 7, 2 * step + 7)
    assert not any(found[first:])


@pytest.mark.parametrize("speed", [0.5, 0.9, 1.1, 2.0])
def test_a_replay_at_another_speed_stays_out_of_pace(speed: float) -> None:
    """No two steps are far apart, but the first one and a later one are."""
    found = told(lambda at: speed * at, [float(n) for n in range(900)])
    first = found.index(False)
    assert first * abs(speed - 1) <= 7
    assert not any(found[first:])


@pytest.mark.parametrize("jump", [-3600.0, -6.0, 6.0, 3600.0])
def test_a_clock_that_was_set_is_out_of_pace_for_one_step(jump: float) -> None:
    """A consistent jump happens once. The same is seen when a machine was suspended."""
    found = told(lambda at: at + (jump if at >= 300 else 0), STEPS)
    assert [place for place, well in enumerate(found) if not well] == [20]


def test_two_servers_with_different_clocks_are_never_in_pace() -> None:
    """Each answer comes from the other one."""
    assert told(lambda at: at + 60 * (at / 15 % 2), STEPS) == [True, *[False] * 59]


def test_a_clock_that_catches_up_slowly_is_in_pace_again_after_five_minutes() -> None:
    """A clock that is 10 s behind and gains 5 % is out of pace meanwhile, and not for ever."""
    found = told(lambda at: at - 10 + min(10.0, 0.05 * at), STEPS)
    assert not all(found)
    assert all(found[-20:])


def test_a_slow_answer_is_no_difference() -> None:
    """The server may have read its clock at any time within the request."""
    seen, why = keep_pace((), Glance(SERVER, 0.0, 9.0))
    assert why == ""
    assert keep_pace(seen, Glance(SERVER + 28.0, 15.0, 24.0))[1] == ""
    assert keep_pace(seen, Glance(SERVER + 30.0, 15.0, 15.1))[1] != ""


@given(st.lists(st.tuples(st.floats(0.5, 400), st.floats(0, 10), st.floats(0, 1)), max_size=50))
def test_clocks_that_advance_alike_are_always_in_pace(steps: list[tuple[float, float, float]]) -> None:
    """Law: with steps and answers of any length, the same pace is no difference."""
    seen: tuple[Glance, ...] = ()
    at, found = 0.0, set()
    for pause, took, share in steps:
        at += pause
        seen, why = keep_pace(seen, Glance(SERVER + at + share * took, at, at + took))
        at += took
        found.add(why)
    assert found <= {""}
