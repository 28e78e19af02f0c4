"""One dead group of a Pushgateway speaks against what was pushed by it, and against nothing else."""

from __future__ import annotations

from dataclasses import replace

from gonogo.model.evidence import Evidence
from gonogo.model.outcome import Reason
from gonogo.model.series import Series
from gonogo.model.signal import Signal
from gonogo.verdict.core.push_groups import shared_sources
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import NOW, SOURCE, at_now, evidence, loaded, policy, rule, samples

SHARDS = policy("x == 1", signals={"x": Signal("x", "raw_x")}, realm=None)


def push(age: float, **labels: str) -> Series:
    """Give the ``push_time_seconds`` of a group of the builder's source, with a label that its target gave it."""
    return Series({"__name__": "push_time_seconds", **SOURCE, "zone": "z", **labels}, (NOW,), (NOW - age,))


def pushed(*pushes: Series, rows: tuple[dict[str, str], ...], **labels: str) -> Evidence:
    """Give evidence of a raw series with these labels, and of the pushes and the series behind it."""
    series = samples("raw_x", realm=None)
    series = replace(series, labels={**series.labels, **labels})
    given = evidence(rules=(), files=(), targets=(), pushes=pushes)
    origins = {"raw_x": tuple({**SOURCE, **row} for row in rows)}
    return replace(given, ranges={"x": (series,)}, instant=(at_now(series),), origins=origins)


def reasons(given: Evidence) -> list[Reason]:
    """Judge, and give the reasons of the only check."""
    (check,) = judge(SHARDS, given, NOW).subjects[0].gates[0].checks
    return [doubt.reason for doubt in check.doubts]


FRESH, DEAD = push(10, shard="a"), push(10_000, shard="b")
ROWS = ({"shard": "a"}, {"shard": "b"})


def test_a_dead_group_does_not_hold_another() -> None:
    """Same job, same instance: the series of the fresh group passes, that of the dead one is held."""
    assert reasons(pushed(FRESH, DEAD, rows=ROWS, shard="a")) == []
    assert reasons(pushed(FRESH, DEAD, rows=ROWS, shard="b")) == [Reason.PUSH_STALE]


def test_what_does_not_say_its_group_comes_from_all_that_feed_it() -> None:
    """A series without the label is held by any dead group under it, and by none that is not under it."""
    assert reasons(pushed(FRESH, DEAD, rows=ROWS)) == [Reason.PUSH_STALE]
    assert reasons(pushed(FRESH, DEAD, rows=ROWS[:1])) == []


def test_what_no_group_explains_may_come_from_any() -> None:
    """A row with another label, or without the label, does not count as fresh."""
    for row in ({"shard": "c"}, {}):
        assert reasons(pushed(FRESH, DEAD, rows=(row,), shard="a")) == [Reason.PUSH_STALE]


def test_a_series_named_anew_by_its_rule_comes_from_all() -> None:
    """No group has the label of the series, so all pushes that feed it count."""
    assert reasons(pushed(FRESH, DEAD, rows=ROWS, shard="renamed")) == [Reason.PUSH_STALE]


def test_a_group_without_the_label_may_hold_what_bears_it() -> None:
    """The label may stand in the pushed text: a dead group within which another lies is not ruled out."""
    wide = push(10_000)
    assert reasons(pushed(FRESH, wide, rows=ROWS[:1], shard="a")) == [Reason.PUSH_STALE]
    assert reasons(pushed(push(10), DEAD, rows=({},))) == []


def test_one_group_is_judged_whatever_its_labels() -> None:
    """If job and instance name one push, no other label is compared."""
    assert reasons(pushed(DEAD, rows=({},), shard="a")) == [Reason.PUSH_STALE]
    assert reasons(pushed(FRESH, rows=({},), shard="b")) == []


def test_a_recorded_signal_is_followed_to_its_group() -> None:
    """The rule keeps the label, and with it the group."""
    by = policy("x == 1", realm=None)
    group = loaded(rule("duri_x", "raw_x"))
    fresh, dead = (samples("duri_x", realm=None, shard=shard) for shard in ("a", "b"))
    for series, expected in ((fresh, []), (dead, [Reason.PUSH_STALE])):
        given = pushed(FRESH, DEAD, rows=ROWS)
        files = (replace(evidence().files[0], rules=(group.rules[0].rule,)),)
        given = replace(given, ranges={"x": (series,)}, instant=(at_now(series),), rules=(group,), files=files)
        (check,) = judge(by, given, NOW).subjects[0].gates[0].checks
        assert [doubt.reason for doubt in check.doubts] == expected


def test_only_what_tells_groups_apart_is_asked_for() -> None:
    """The labels that a target gives to all of them are not, nor those of a source with one push."""
    alone = Series({"__name__": "push_time_seconds", "job": "other", "shard": "a"}, (NOW,), (NOW,))
    assert shared_sources((FRESH, DEAD, push(1), alone)) == {("node", "a:9100"): ("shard",)}
