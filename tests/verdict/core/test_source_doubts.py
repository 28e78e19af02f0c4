"""The interval of a source, and the doubt about an unknown source."""

from gonogo.model.evidence import Evidence, Target, TargetHealth, Unread
from gonogo.model.outcome import Outcome, Reason
from gonogo.model.policy import Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.model.series import Series
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.sources import Sources, leaving, shared_sources
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import (
    INTERVAL,
    NOW,
    SOURCE,
    at_now,
    evidence,
    loaded,
    origin,
    policy,
    rule,
    samples,
    target,
)


def test_an_unknown_source_has_no_interval() -> None:
    """A source without a known target has no known interval."""
    assert Sources.of(evidence(targets=Unread("targets", "refused"))).scrape_interval(("node", "a:9100")) is None
    silent = replace(target(), scrape_interval=None)
    assert Sources.of(evidence(targets=(silent,))).scrape_interval(("node", "a:9100")) is None
    assert Sources.of(evidence()).scrape_interval(("node", "a:9100")) == 30.0


def test_the_detail_of_an_unknown_source_names_remote_write_and_otlp() -> None:
    """Both bring series without a target, so the server cannot show that the writer is alive."""
    (subject,) = judge(policy("x == 1"), evidence(targets=()), NOW).subjects
    (check,) = subject.gates[0].checks
    assert (check.outcome, check.doubts[0].reason) == (Outcome.UNKNOWN, Reason.SOURCE_UNKNOWN)
    assert "with remote write and OTLP nothing shows whether the writer is alive" in check.detail
    assert "prometheus.targets_url" in check.detail


def left(seconds: float | None, health: TargetHealth = TargetHealth.UP) -> Target:
    """Return the builder's target, last scraped some seconds ago."""
    return replace(target(health), last_scrape=None if seconds is None else NOW - seconds)


def test_a_target_that_has_just_left_explains_its_series() -> None:
    """The server ends the series of such a target two intervals later. A target that was down explains nothing."""
    gone = evidence(targets=())
    assert judge(policy("x == 1"), replace(gone, leaving=(left(10),)), NOW).verdict is Verdict.GO
    down = judge(policy("x == 1"), replace(gone, leaving=(left(10, TargetHealth.DOWN),)), NOW)
    assert down.subjects[0].gates[0].checks[0].doubts[0].reason is Reason.SOURCE_UNKNOWN


def test_a_target_that_was_down_explains_the_measurements_of_the_server() -> None:
    """``up`` of a target that has left ends two intervals later too."""
    up = rule("duri_x", "up")
    found = evidence(targets=(), files=(), rules=(loaded(up),), leaving=(left(10, TargetHealth.DOWN),))
    found = replace(found, files=(RuleGroup("duri", (up,), INTERVAL),), origins={"up": (origin(),)})
    assert judge(policy("x == 1"), found, NOW).verdict is Verdict.GO
    assert judge(policy("x == 1"), replace(found, leaving=()), NOW).verdict is Verdict.HOLD


def test_a_target_leaves_for_two_intervals_and_five_seconds() -> None:
    """A target that came back, or was last scraped longer ago, is not leaving. The next looks remember the others."""
    here = evidence(targets=(left(65),))
    assert leaving(here, (), NOW) == (left(65),)
    assert leaving(here, Unread("targets", "refused"), NOW) == (left(65),)
    assert leaving(replace(here, targets=(), leaving=(left(65),)), (), NOW) == (left(65),)
    assert leaving(replace(here, targets=Unread("targets", "refused")), (), NOW) == ()
    assert leaving(here, (), NOW + 0.1) == ()
    assert leaving(here, (target(),), NOW) == ()
    assert leaving(evidence(targets=(left(None), replace(left(1), scrape_interval=None))), (), NOW) == ()


SHARDS = policy("x == 1", signals={"x": Signal("x", "raw_x")}, realm=None)


def push(age: float, **labels: str) -> Series:
    """Return the ``push_time_seconds`` of a group of the builder's source, with a label of its target."""
    return Series({"__name__": "push_time_seconds", **SOURCE, "zone": "z", **labels}, (NOW,), (NOW - age,))


def pushed(*pushes: Series, rows: tuple[dict[str, str], ...], **labels: str) -> Evidence:
    """Return evidence of a raw series with these labels, with its pushes and the series behind it."""
    series = samples("raw_x", realm=None)
    series = replace(series, labels={**series.labels, **labels})
    given = evidence(rules=(), files=(), targets=(), pushes=pushes)
    origins = {"raw_x": tuple(origin(**row) for row in rows)}
    return replace(given, ranges={"x": (series,)}, instant=(at_now(series),), origins=origins)


def reasons(given: Evidence) -> list[Reason]:
    """Return the reasons of the only check."""
    (check,) = judge(SHARDS, given, NOW).subjects[0].gates[0].checks
    return [doubt.reason for doubt in check.doubts]


FRESH, DEAD = push(10, shard="a"), push(10_000, shard="b")
ROWS = ({"shard": "a"}, {"shard": "b"})


def test_a_dead_push_group_does_not_hold_another_group() -> None:
    """Both groups have one job and instance. Only the series of the dead group is held."""
    assert reasons(pushed(FRESH, DEAD, rows=ROWS, shard="a")) == []
    assert reasons(pushed(FRESH, DEAD, rows=ROWS, shard="b")) == [Reason.PUSH_STALE]


def test_a_series_without_the_group_label_comes_from_all_groups_that_feed_it() -> None:
    """A dead group that feeds the series holds it. A dead group that does not feed it does not."""
    assert reasons(pushed(FRESH, DEAD, rows=ROWS)) == [Reason.PUSH_STALE]
    assert reasons(pushed(FRESH, DEAD, rows=ROWS[:1])) == []


def test_a_row_that_no_group_explains_may_come_from_any_group() -> None:
    """A row with another label, or without the label, does not count as fresh."""
    for row in ({"shard": "c"}, {}):
        assert reasons(pushed(FRESH, DEAD, rows=(row,), shard="a")) == [Reason.PUSH_STALE]


def test_a_series_with_a_renamed_label_comes_from_all_groups() -> None:
    """No group has the label of the series, so all pushes that feed it count."""
    assert reasons(pushed(FRESH, DEAD, rows=ROWS, shard="renamed")) == [Reason.PUSH_STALE]


def test_a_dead_group_without_the_label_may_feed_a_labelled_series() -> None:
    """The pushed text may have the label, so the dead group is not ruled out."""
    wide = push(10_000)
    assert reasons(pushed(FRESH, wide, rows=ROWS[:1], shard="a")) == [Reason.PUSH_STALE]
    assert reasons(pushed(push(10), DEAD, rows=({},))) == []


def test_a_single_push_group_is_judged_with_any_labels() -> None:
    """If job and instance name one push, no other label is compared."""
    assert reasons(pushed(DEAD, rows=({},), shard="a")) == [Reason.PUSH_STALE]
    assert reasons(pushed(FRESH, rows=({},), shard="b")) == []


def test_a_recorded_signal_is_followed_to_its_group() -> None:
    """The rule keeps the label of the group."""
    by = policy("x == 1", realm=None)
    group = loaded(rule("duri_x", "raw_x"))
    fresh, dead = (samples("duri_x", realm=None, shard=shard) for shard in ("a", "b"))
    for series, expected in ((fresh, []), (dead, [Reason.PUSH_STALE])):
        given = pushed(FRESH, DEAD, rows=ROWS)
        files = (replace(evidence().files[0], rules=(group.rules[0].rule,)),)
        given = replace(given, ranges={"x": (series,)}, instant=(at_now(series),), rules=(group,), files=files)
        (check,) = judge(by, given, NOW).subjects[0].gates[0].checks
        assert [doubt.reason for doubt in check.doubts] == expected


def test_only_labels_that_distinguish_groups_are_read() -> None:
    """Labels that a target gives to all groups, and labels of a source with one push, are not read."""
    alone = Series({"__name__": "push_time_seconds", "job": "other", "shard": "a"}, (NOW,), (NOW,))
    assert shared_sources((FRESH, DEAD, push(1), alone)) == {("node", "a:9100"): ("shard",)}
