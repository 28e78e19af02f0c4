"""Every reason: each case spoils a healthy system in one way, and the check names the first reason."""

import math
from collections.abc import Callable
from datetime import timedelta

import pytest

from gonogo.model.evidence import Evidence, RunState, TargetHealth, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Policy, Runs, Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, RuleGroup, RuleHealth
from gonogo.model.series import Series
from gonogo.model.verdict import Judgement, Verdict
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.questions import ASK_NOW
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import (
    INTERVAL,
    NOW,
    RULES,
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

HEALTHY = policy("x == 1")


def judged(given: Evidence, by: Policy = HEALTHY) -> Judgement:
    """Judge by the policy of the builder."""
    return judge(by, given, given.now, asked=ASK_NOW)


def first_check(given: Evidence, by: Policy = HEALTHY) -> JudgedCondition:
    """Return the first check of the only subject's first gate."""
    return judged(given, by).subjects[0].gates[0].checks[0]


def spoiled(*names: str, **changes: object) -> Evidence:
    """Return evidence in which some questions got no answer."""
    return evidence(**{name: Unread(name, "refused") for name in names}, **changes)


def with_loaded(*groups: LoadedGroup, files: tuple[RuleGroup, ...] | None = None) -> Evidence:
    """Return evidence with these loaded groups. The files have the same groups unless ``files`` is given."""
    same = tuple(RuleGroup(g.name, tuple(s.rule for s in g.rules), g.interval) for g in groups)
    return evidence(rules=groups, files=same if files is None else files)


def with_x(series: Series, *instant: Series) -> Evidence:
    """Return evidence in which ``x`` has only this range answer."""
    return evidence(series, instant=instant or (at_now(series),))


def twice(answer: str) -> Evidence:
    """Return evidence in which one answer has the series of ``x`` twice, the second time with a value that fails."""
    good, bad = samples("duri_x"), samples("duri_x", {40: 0, 10: 0})
    if answer == "ranges":
        return evidence(good, bad, instant=(at_now(good),))
    return evidence(good, instant=(at_now(good), at_now(bad)))


def native(numbers: dict[float, float], age: float) -> Series:
    """Return a series with a native histogram of that age, beside numbers by age."""
    return replace(samples("duri_x", numbers), histogram_at=NOW - age)


def group_of(expression: str, **labels: str) -> LoadedGroup:
    """Return the loaded group with another expression for ``duri_x``."""
    return loaded(rule("duri_x", expression, **labels), *RULES[1:])


def two_a_time(other: float) -> Series:
    """Return a series to which a second writer adds a value at the time of every sample."""
    one = samples("duri_x")
    values = tuple(value for each in one.values for value in (other, each))
    return replace(one, times=tuple(time for each in one.times for time in (each, each)), values=values)


def push(age: float, **labels: str) -> Series:
    """Return a ``push_time_seconds`` of that age for the source of the builder."""
    return Series({"__name__": "push_time_seconds", **SOURCE, **labels}, (NOW,), (NOW - age,))


CASES: dict[str, tuple[Reason, Callable[[], Evidence]]] = {
    "ranges refused": (Reason.UNREACHABLE, lambda: spoiled("ranges")),
    "instant refused": (Reason.UNREACHABLE, lambda: spoiled("instant", "pushes")),
    "rules partial": (Reason.PARTIAL, lambda: evidence(rules=Unread("the rules", "a store is gone", "wait", True))),
    "samples partial": (Reason.PARTIAL, lambda: evidence(ranges=Unread("the samples", "1 of 3", "wait", True))),
    "rules refused": (Reason.UNREACHABLE, lambda: spoiled("rules")),
    "targets refused": (Reason.UNREACHABLE, lambda: spoiled("targets")),
    "sources refused": (Reason.UNREACHABLE, lambda: spoiled("origins")),
    "subjects refused": (Reason.UNREACHABLE, lambda: spoiled("vanished")),
    "another realm": (Reason.WRONG_REALM, lambda: with_x(samples("duri_x", realm="dev"))),
    "no realm": (Reason.WRONG_REALM, lambda: with_x(samples("duri_x", realm=None))),
    "nothing": (Reason.ABSENT, lambda: evidence(samples("duri_y"))),
    "one series twice in the samples": (Reason.AMBIGUOUS, lambda: twice("ranges")),
    "one series twice in the newest samples": (Reason.AMBIGUOUS, lambda: twice("instant")),
    "two values at one time": (Reason.AMBIGUOUS, lambda: with_x(two_a_time(0.0))),
    "two series": (Reason.AMBIGUOUS, lambda: evidence(samples("duri_x"), samples("duri_x", host="b"))),
    "two, one in the range only": (
        Reason.AMBIGUOUS,
        lambda: with_x(samples("duri_x"), at_now(samples("duri_x", host="b"))),
    ),
    "its own source": (Reason.SELF_REFERENTIAL, lambda: with_loaded(group_of("duri_x or raw_x"))),
    "a cycle of two": (
        Reason.SELF_REFERENTIAL,
        lambda: with_loaded(loaded(rule("duri_x", "duri_y"), rule("duri_y", "duri_x"))),
    ),
    "a constant": (Reason.SYNTHETIC, lambda: with_loaded(group_of("vector(1)"))),
    "a constant branch": (Reason.SYNTHETIC, lambda: with_loaded(group_of("raw_x or vector(1)"))),
    "times zero": (Reason.SYNTHETIC, lambda: with_loaded(group_of("0 * raw_x + 1"))),
    "a smoke label": (Reason.SYNTHETIC, lambda: with_x(samples("duri_x", mode="smoke"))),
    "two rules": (Reason.DUPLICATE_RULE, lambda: with_loaded(loaded(*RULES), loaded(RULES[0], name="again"))),
    "not loaded": (Reason.DRIFTED, lambda: evidence(rules=(loaded(*RULES[1:]),))),
    "on the server only": (Reason.DRIFTED, lambda: evidence(files=(RuleGroup("duri", RULES[1:], INTERVAL),))),
    "another expression": (
        Reason.DRIFTED,
        lambda: evidence(rules=(group_of('raw_x{metric_realm="prod"} * 1'),)),
    ),
    "another interval": (Reason.DRIFTED, lambda: evidence(rules=(loaded(*RULES, interval=timedelta(minutes=1)),))),
    "a target down": (Reason.SOURCE_DOWN, lambda: evidence(targets=(target(TargetHealth.DOWN),))),
    "a target not scraped yet": (Reason.SOURCE_UNKNOWN, lambda: evidence(targets=(target(TargetHealth.UNKNOWN),))),
    "no target": (Reason.SOURCE_UNKNOWN, lambda: evidence(targets=())),
    "no raw series": (Reason.SOURCE_UNKNOWN, lambda: evidence(origins={})),
    "an old push": (Reason.PUSH_STALE, lambda: evidence(targets=(), pushes=(push(301),))),
    "a push that is NaN": (Reason.PUSH_STALE, lambda: evidence(targets=(), pushes=(push(math.nan),))),
    "a push ahead": (Reason.FUTURE, lambda: evidence(targets=(), pushes=(push(-6),))),
    "a sample ahead": (Reason.FUTURE, lambda: with_x(samples("duri_x", {40: 1, 10: 1, -6: 1}))),
    "an old sample": (Reason.STALE, lambda: with_x(samples("duri_x", {120: 1, 90: 1, 66: 1}))),
    "in the range only": (
        Reason.STALE,
        lambda: evidence(samples("duri_x"), instant=()),
    ),
    "in the instant only": (
        Reason.STALE,
        lambda: evidence(samples("duri_y"), instant=(at_now(samples("duri_x")),)),
    ),
    "an ended series without samples": (
        Reason.STALE,
        lambda: evidence(samples("duri_x", {10: math.nan}), instant=(), nan_ends_series=True),
    ),
    "a native histogram": (Reason.HISTOGRAM, lambda: with_x(native({}, 10))),
    "now a native histogram": (Reason.HISTOGRAM, lambda: with_x(native({100: 1, 70: 1}, 10))),
    "a native histogram a moment ago": (Reason.HISTOGRAM, lambda: with_x(native({70: 1, 10: 1}, 40))),
    "a native histogram in the instant answer only": (
        Reason.HISTOGRAM,
        lambda: with_x(samples("duri_x"), replace(at_now(samples("duri_x")), times=(), values=(), histogram_at=NOW)),
    ),
    "an old native histogram": (Reason.STALE, lambda: with_x(native({}, 66))),
    "NaN": (Reason.NOT_FINITE, lambda: with_x(samples("duri_x", {40: 1, 10: math.nan}))),
    "NaN before": (Reason.NOT_FINITE, lambda: with_x(samples("duri_x", {40: math.nan, 10: 1}))),
    "infinite": (Reason.NOT_FINITE, lambda: with_x(samples("duri_x", {40: 1, 10: math.inf}))),
    "above its range": (Reason.OUT_OF_RANGE, lambda: with_x(samples("duri_x", {40: 1, 10: 1.0000001}))),
    "below its range before": (Reason.OUT_OF_RANGE, lambda: with_x(samples("duri_x", {40: -1, 10: 1}))),
}


@pytest.mark.parametrize(("reason", "make"), CASES.values(), ids=CASES)
def test_each_fault_is_hold_with_its_reason_first(reason: Reason, make: Callable[[], Evidence]) -> None:
    """The detail also says what would change the verdict."""
    found = first_check(make())
    assert found.outcome is Outcome.UNKNOWN
    assert found.doubts[0].reason is reason
    assert "; " in found.detail or reason is Reason.UNREACHABLE
    assert judged(make()).verdict is Verdict.HOLD


def test_a_rule_that_was_not_evaluated_is_no_evidence() -> None:
    """The rule has not run since the server started."""
    group = loaded(*RULES)
    waiting = replace(group, rules=tuple(replace(s, evaluated_at=None) for s in group.rules))
    assert first_check(evidence(rules=(waiting,))).doubts[0].reason is Reason.RULE_UNHEALTHY


def test_a_rule_that_failed_is_no_evidence() -> None:
    """The detail quotes the error of the last evaluation."""
    group = loaded(*RULES)
    failed = replace(group, rules=tuple(replace(s, health=RuleHealth.ERROR, last_error="many") for s in group.rules))
    found = first_check(evidence(rules=(failed,)))
    assert found.doubts[0].reason is Reason.RULE_UNHEALTHY
    assert "many" in found.detail


def test_a_healthy_system_is_go() -> None:
    """The check has value, age, series and provenance."""
    found = first_check(evidence())
    assert judged(evidence()).verdict is Verdict.GO
    assert (found.outcome, found.value, found.age_seconds) == (Outcome.PASS, 1.0, 10.0)
    assert found.series is not None
    assert found.series["metric_realm"] == "prod"
    assert any("raw_x" in line for line in found.provenance)


def test_a_sample_of_the_greatest_age_passes() -> None:
    """Two intervals and 5 s are allowed, exactly."""
    assert first_check(with_x(samples("duri_x", {95: 1, 65: 1}))).outcome is Outcome.PASS


def test_other_realms_beside_the_own_are_ignored() -> None:
    """Only series of the policy's realm are judged, in any order of the answer."""
    dev = samples("duri_x", 0.0, realm="dev")
    assert first_check(evidence(dev, samples("duri_x"))).outcome is Outcome.PASS


def test_without_a_realm_every_series_counts() -> None:
    """A policy without a realm needs no realm label."""
    assert first_check(with_x(samples("duri_x", realm=None)), policy("x == 1", realm=None)).outcome is Outcome.PASS


def test_an_ended_predecessor_is_not_ambiguous() -> None:
    """A series that ended longer ago than ``max_age`` is history, not a second answer."""
    old = samples("duri_x", {200: 1, 170: 1}, host="old")
    assert first_check(evidence(old, samples("duri_x"), instant=(at_now(samples("duri_x")),))).outcome is Outcome.PASS


def test_a_predecessor_that_ended_before_its_successor_began_is_not_ambiguous() -> None:
    """A pod was replaced a moment ago, in one place. The judged series is the new one."""
    old, young = samples("duri_x", {100: 0.5, 70: 0.5, 40: 0.5}, host="old"), samples("duri_x", {10: 1})
    given = evidence(old, young, instant=(at_now(young),))
    assert first_check(given).outcome is Outcome.PASS


def test_two_series_that_take_turns_are_ambiguous() -> None:
    """Neither is the successor of the other: the one that is there now was there before the other ended."""
    one, other = samples("duri_x", {100: 1, 40: 1}, host="old"), samples("duri_x", {70: 1, 10: 1})
    assert first_check(evidence(one, other, instant=(at_now(other),))).doubts[0].reason is Reason.AMBIGUOUS


@pytest.mark.parametrize("ages", [{200: 1, 170: 1}, {}])
def test_a_predecessor_without_a_staleness_marker_is_history_once_it_is_too_old(ages: dict[float, float]) -> None:
    """The server shows a series of a removed scrape job for five minutes more, also when its samples are not read."""
    old, young = samples("duri_x", {170: 1}, host="old"), samples("duri_x")
    given = evidence(*([samples("duri_x", ages, host="old")] if ages else ()), young)
    assert first_check(replace(given, instant=(at_now(old), at_now(young)))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("ages", "outcome"),
    [
        ((80, 70, 60), Outcome.PASS),  # two samples are overdue
        ((90, 60), Outcome.UNKNOWN),  # the second one is due only now
        ((85, 60), Outcome.PASS),
        ((60,), Outcome.UNKNOWN),  # one sample shows no distance
        ((70, 60, 50), Outcome.UNKNOWN),  # it was there beside the young one
    ],
)
def test_a_predecessor_without_a_staleness_marker_is_history_once_it_is_overdue(
    ages: tuple[int, ...], outcome: Outcome
) -> None:
    """An exporter writes timestamps of its own, so the server cannot mark the series of a pod that was replaced."""
    old, young = samples("duri_x", dict.fromkeys(ages, 1), host="old"), samples("duri_x", {50: 1, 40: 1, 10: 1})
    assert first_check(evidence(old, young, instant=(at_now(old), at_now(young)))).outcome is outcome


def test_a_fresh_push_is_a_source() -> None:
    """A recent push explains a series without a target. The interval is that of the slowest job."""
    raw = replace(HEALTHY, signals={"x": Signal("x", "raw_x")})
    series = samples("raw_x")
    given = evidence(rules=(), files=(), targets=(target(job="pushgateway", instance="p:9091"),), pushes=(push(10),))
    given = replace(given, ranges={"x": (series,)}, instant=(at_now(series),), origins={"raw_x": (origin(),)})
    assert first_check(given, raw).outcome is Outcome.PASS


def test_a_push_age_of_the_policy_replaces_the_default() -> None:
    """``push_max_age`` of the signal limits the age of the push."""
    strict = replace(HEALTHY, signals={"x": replace(HEALTHY.signals["x"], push_max_age=timedelta(seconds=5))})
    given = evidence(targets=(), pushes=(push(10),))
    assert first_check(given, strict).doubts[0].reason is Reason.PUSH_STALE
    assert first_check(given).outcome is Outcome.PASS


def test_an_age_of_the_policy_replaces_the_default() -> None:
    """``max_age`` of the signal limits the age of the sample."""
    strict = replace(HEALTHY, signals={"x": replace(HEALTHY.signals["x"], max_age=timedelta(seconds=5))})
    assert first_check(evidence(), strict).doubts[0].reason is Reason.STALE


def test_the_time_of_the_writer_must_not_be_ahead() -> None:
    """A writer's clock over 5 s ahead is a doubt. A clock exactly 5 s ahead is allowed."""
    written = replace(HEALTHY, signals={"x": replace(HEALTHY.signals["x"], written_at="beat_ts")})

    def at(ahead: float, realm: str = "prod") -> Evidence:
        given = evidence()
        assert not isinstance(given.instant, Unread)
        beat = Series({"__name__": "beat_ts", "metric_realm": realm}, (NOW,), (NOW + ahead,))
        return replace(given, instant=(*given.instant, beat))

    assert first_check(at(5.1), written).doubts[0].reason is Reason.FUTURE
    assert first_check(at(5.0), written).outcome is Outcome.PASS
    assert first_check(at(60, realm="dev"), written).outcome is Outcome.PASS


def test_an_optional_selector_may_be_empty() -> None:
    """One branch of ``or`` may have no series, but not both."""
    group = group_of("raw_x or raw_other")
    given = with_loaded(group)
    assert first_check(replace(given, origins={"raw_x": (origin(),)})).outcome is Outcome.PASS
    assert first_check(replace(given, origins={"raw_z": (origin(),)})).doubts[0].reason is Reason.SOURCE_UNKNOWN


def test_a_required_selector_must_have_a_source() -> None:
    """A product needs the sources of both factors."""
    given = with_loaded(group_of("raw_x * raw_other"))
    assert first_check(replace(given, origins={"raw_x": (origin(),)})).doubts[0].reason is Reason.SOURCE_UNKNOWN


def test_a_down_target_is_a_doubt_only_for_its_own_signals() -> None:
    """A signal with source labels is judged by that source alone. An aggregate is judged by all sources."""
    other = {"job": "node", "instance": "b:9100"}
    down = target(TargetHealth.DOWN, instance="b:9100")
    healthy = evidence()
    assert not isinstance(healthy.origins, Unread)
    given = replace(
        healthy, targets=(target(), down), origins=dict.fromkeys(healthy.origins, (origin(), origin(**other)))
    )
    assert first_check(given).outcome is Outcome.PASS
    shared = samples("duri_shared", source={})
    given = replace(given, ranges={"shared": (shared,)}, instant=(at_now(shared),))
    assert first_check(given, policy("shared == 1")).doubts[0].reason is Reason.SOURCE_DOWN


def test_nan_marks_are_gaps_on_a_server_that_writes_them() -> None:
    """On such a server NaN inside a window is a missing sample, not a value."""
    given = with_x(samples("duri_x", {70: 1, 40: math.nan, 10: 1}))
    assert first_check(replace(given, nan_ends_series=True)).outcome is Outcome.PASS


@pytest.mark.parametrize("fast", [26 * 3600.0, -8 * 3600.0, 0.0])
@pytest.mark.parametrize(
    ("age", "outcome"),
    [
        (-6, Outcome.UNKNOWN),
        (-5, Outcome.PASS),
        (86_400, Outcome.PASS),
        (86_401, Outcome.UNKNOWN),
        (30 * 3600, Outcome.UNKNOWN),
    ],
)
def test_the_clock_of_the_server_plays_no_part_in_the_age_of_a_record(
    fast: float, age: float, outcome: Outcome
) -> None:
    """Records are dated by the clock of this machine, and aged by it, whatever the server's time is."""
    by = policy("x == 1", runs=Runs(required=("obs-lint",)))
    given = evidence(local_now=NOW - fast, runs={"obs-lint": RunState(NOW - fast - age, last_passed=True)})
    gate = judged(given, by).subjects[0].gates[-1]
    assert (gate.outcome, gate.checks[0].age_seconds) == (outcome, age)


def test_evidence_without_a_local_time_has_no_record() -> None:
    """A clock that was not read proves no age."""
    passed = {"obs-lint": RunState(NOW, last_passed=True)}
    given = Evidence(NOW, ranges={}, instant=(), rules=(), targets=(), pushes=(), origins={}, runs=passed)
    gate = judged(given, policy("x == 1", runs=Runs(required=("obs-lint",)))).subjects[0].gates[-1]
    assert (gate.gate, gate.outcome) == ("obs-lint", Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RunState(), "no record of a run"),
        (RunState(last_detail="the journal cannot be read"), "journal cannot be read"),
        (RunState(NOW - 86_401, last_passed=True), "over 86400 s"),
        (RunState(NOW + 5.001, last_passed=True), "is 5 s ahead of this machine's clock; run gonogo dryrun"),
        (RunState(NOW - 60, last_passed=False, last_detail="3 findings"), "failed (3 findings)"),
        (RunState(None, last_passed=False), "failed;"),
    ],
)
def test_a_run_without_a_passed_record_is_unknown(state: RunState, words: str) -> None:
    """A run gate is never FAIL. Its detail says whether the last run failed."""
    by = policy("x == 1", runs=Runs(required=("obs-lint",)))
    gate = judged(evidence(runs={"obs-lint": state}), by).subjects[0].gates[-1]
    assert gate.outcome is Outcome.UNKNOWN
    assert gate.checks[0].condition == "obs-lint passed"
    assert gate.checks[0].doubts[0].reason is Reason.NO_RECORD
    assert words in gate.checks[0].detail


def test_a_run_gate_passes_with_a_passed_record() -> None:
    """A recent passed record on these inputs is enough. A required gate without any state is HOLD."""
    by = policy("x == 1", runs=Runs())
    assert judged(evidence(), by).verdict is Verdict.GO
    assert judged(evidence(runs={}), by).verdict is Verdict.HOLD


def test_a_value_is_no_evidence_without_a_list_of_rules() -> None:
    """The rule that records the value is not known, in a policy without rule files as well."""
    raw = {selector.text: (origin(),) for selector in RuleGraph.of(()).raw_selectors("duri_x")}
    for files in ((), (RuleGroup("other", (rule("duri_y", "raw_y"),), INTERVAL),)):
        given = evidence(rules=(), files=files, origins=raw, rules_untold=True)
        check = first_check(given)
        assert (check.outcome, check.doubts[0].reason) == (Outcome.UNKNOWN, Reason.SOURCE_UNKNOWN)
        assert "such as vmalert, in prometheus.rules_url" in check.detail
        assert first_check(replace(given, rules_untold=False)).outcome is Outcome.PASS


def test_a_rule_of_the_files_that_no_server_lists_has_drifted() -> None:
    """The reason is drift, not only an unknown source."""
    check = first_check(evidence(rules=(), rules_untold=True))
    assert [doubt.reason for doubt in check.doubts] == [Reason.DRIFTED]


def test_the_sources_of_an_unreadable_rule_are_unknown() -> None:
    """The sources of an unreadable expression cannot be found."""
    found = first_check(with_loaded(group_of("raw_x +")))
    assert Reason.SOURCE_UNKNOWN in {doubt.reason for doubt in found.doubts}


def test_a_writers_time_counts_for_its_own_subject() -> None:
    """The fast clock of one subject does not hold another. A time without a subject counts for no subject."""
    by = policy("x == 1", subjects=("service",))
    by = replace(by, signals={"x": replace(by.signals["x"], written_at="beat_ts")})

    def beat(ahead: float, **labels: str) -> Series:
        return Series({"__name__": "beat_ts", "metric_realm": "prod", **labels}, (NOW,), (NOW + ahead,))

    both = (samples("duri_x", service="a"), samples("duri_x", service="b"))
    beats = (beat(60, service="a"), beat(0, service="b"), beat(60))
    judged_ = judge(by, evidence(*both, instant=(*map(at_now, both), *beats)), NOW)
    assert {s.labels["service"]: s.verdict for s in judged_.subjects} == {"a": Verdict.HOLD, "b": Verdict.GO}


def test_a_series_that_has_ended_is_ignored() -> None:
    """A smoke series, or a series of the own realm, that ended before ``max_age`` is history."""
    smoke = samples("duri_x", {200: 1, 170: 1}, mode="smoke")
    now = samples("duri_x")
    assert first_check(evidence(smoke, now, instant=(at_now(now),))).outcome is Outcome.PASS
    before, dev = samples("duri_x", {200: 1, 170: 1}), samples("duri_x", realm="dev")
    found = first_check(evidence(before, dev, instant=(at_now(dev),)))
    assert found.doubts[0].reason is Reason.WRONG_REALM


def test_an_absent_signal_names_the_series_that_its_rules_need() -> None:
    """Its rule is loaded, so the advice to load the rule would be wrong."""
    (absent, *_) = first_check(evidence(samples("duri_y"), origins={})).doubts
    assert absent.reason is Reason.ABSENT
    assert absent.detail == (
        'the server has no series duri_x, which is made of raw_x{metric_realm="prod"}, and no such series either; '
        "start what exports them"
    )
