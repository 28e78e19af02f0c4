"""Late samples are judged as of the time of their evaluation, and become stale later by the delay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Policy
from gonogo.model.replacing import replace
from gonogo.model.rule import ITSELF, Engine, Evaluator, LoadedGroup, Rule, RuleGroup
from gonogo.verdict.core.questions import ask
from gonogo.verdict.core.rule_doubts import Lateness, duplicates, late_metrics
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import INTERVAL, NOW, RULES, evidence, loaded, policy, samples
from tests.formats.rule_samples import alert, of_file, of_server, record

DELAY = timedelta(seconds=32)
VMALERT = Evaluator(Engine.VMALERT, delay=timedelta(seconds=30), delivery=timedelta(seconds=2))
UNREAD = Evaluator(Engine.VMALERT, unread="the flags of vmalert cannot be read, so its -rule.evalDelay is not known")
USUAL_AGE = 2 * INTERVAL.total_seconds() + 5


def recorded(age: float, evaluator: Evaluator = VMALERT, *, own: timedelta | None = None, value: float = 1) -> Evidence:
    """Build evidence whose newest sample of ``x`` has that age. The older samples follow at each interval."""
    step = INTERVAL.total_seconds()
    times = {age + n * step: value for n in range(60)}
    found = evidence(samples("duri_x", times), evaluator=evaluator)
    assert not isinstance(found.rules, Unread)
    return replace(found, rules=tuple(replace(group, delay=own) for group in found.rules))


def check(by: Policy, given_: Evidence) -> JudgedCondition:
    """Return the only check."""
    (subject,) = judge(by, given_, NOW).subjects
    return subject.gates[0].checks[0]


@pytest.mark.parametrize("condition", ["x == 1", "x == 1 for 1m", "x == 1 for 5m"])
def test_a_sample_older_than_the_delay_and_the_usual_age_is_stale(condition: str) -> None:
    """The last sample may be as old as both together, so a dead evaluator is noticed."""
    limit = USUAL_AGE + DELAY.total_seconds()
    late = check(policy(condition), recorded(limit + 0.1))
    assert (late.outcome, late.doubts[0].reason) == (Outcome.UNKNOWN, Reason.STALE)
    assert f"over the {limit:g} s allowed" in late.detail
    assert check(policy("x == 1"), recorded(limit - 0.1)).outcome is Outcome.PASS


@given(age=st.floats(0, 300), delay=st.integers(0, 120))
def test_staleness_begins_later_by_exactly_the_delay(age: float, delay: int) -> None:
    """Law: with any delay, a sample is stale if it is older than the usual age and the delay."""
    evaluator = Evaluator(Engine.VMALERT, delay=timedelta(seconds=delay))
    found = check(policy("x == 1"), recorded(age, evaluator))
    stale = Reason.STALE in {doubt.reason for doubt in found.doubts}
    assert stale == (age > USUAL_AGE + delay)
    assert (found.outcome is Outcome.PASS) == (not stale)


@pytest.mark.parametrize("condition", ["x == 1", "x == 1 for 1m", "x == 1 for 5m"])
def test_a_window_ends_earlier_by_the_delay(condition: str) -> None:
    """Samples that are not evaluated yet are not missing. Without the delay they are."""
    given_ = recorded(60.0)
    assert check(policy(condition), given_).outcome is Outcome.PASS
    in_time = check(policy("x == 1 for 2m"), replace(recorded(95.0), evaluator=Evaluator()))
    assert {doubt.reason for doubt in in_time.doubts} >= {Reason.STALE, Reason.GAPPY}


def test_the_window_of_falling_ends_earlier_by_the_delay() -> None:
    """The window of ``falling`` keeps its whole length."""
    step = INTERVAL.total_seconds()
    times = {40 + n * step: 0.1 + 0.01 * n for n in range(60)}
    found = replace(evidence(samples("duri_x", times)), evaluator=VMALERT)
    assert check(policy("falling(x, 10m)"), found).outcome is Outcome.PASS


def test_a_violation_in_a_sample_newer_than_the_delay_fails() -> None:
    """Samples that came sooner than the delay are judged as well."""
    step = INTERVAL.total_seconds()
    times = {5.0: 0.0} | {5.0 + n * step: 1.0 for n in range(1, 60)}
    found = replace(evidence(samples("duri_x", times)), evaluator=VMALERT)
    assert check(policy("x == 1"), found).outcome is Outcome.FAIL
    assert check(policy("x == 1 for 5m"), found).outcome is Outcome.FAIL


def test_the_delay_of_a_group_replaces_that_of_the_program() -> None:
    """``eval_delay`` of a group replaces ``-rule.evalDelay``, also with a shorter delay."""
    assert check(policy("x == 1"), recorded(150.0, own=timedelta(minutes=2))).outcome is Outcome.PASS
    assert check(policy("x == 1"), recorded(80.0, own=timedelta(0))).doubts[0].reason is Reason.STALE


def test_a_max_age_of_the_policy_also_limits_late_samples() -> None:
    """The delay is not added to a ``max_age`` of the policy."""
    by = policy("x == 1")
    signals = {**by.signals, "x": replace(by.signals["x"], max_age=timedelta(seconds=90))}
    by = replace(by, signals=signals)
    assert check(by, recorded(95.0)).doubts[0].reason is Reason.STALE
    assert check(by, recorded(70.0)).outcome is Outcome.PASS


def test_an_unknown_delay_is_not_allowed_for_and_is_named() -> None:
    """A sample that is too old is stale. The detail names the flag that could explain the age."""
    found = check(policy("x == 1"), recorded(USUAL_AGE + 1, UNREAD))
    assert found.doubts[0].reason is Reason.STALE
    assert "-rule.evalDelay is not known" in found.detail
    fresh = check(policy("x == 1"), recorded(10.0, UNREAD))
    assert fresh.outcome is Outcome.PASS


def test_windows_reach_back_further_by_the_delay() -> None:
    """Each window is long enough although it ends earlier by the delay."""
    files = (RuleGroup("g", RULES, INTERVAL),)
    for by in (policy("x == 1 for 5m"), policy("x == 1", subjects=("service",))):
        (soon,) = ask(by, files).windows
        (late,) = ask(by, files, late=DELAY).windows
        assert late == soon + DELAY


def test_a_metricsql_rule_is_an_unknown_source() -> None:
    """The value is not called synthetic, and the detail names vmalert."""
    loaded = evidence()
    assert not isinstance(loaded.rules, Unread)
    metricsql = "rate(raw_x default 0)"
    groups = tuple(
        replace(
            group,
            rules=tuple(
                replace(state, rule=replace(state.rule, expression=metricsql)) if state.rule.name == "duri_x" else state
                for state in group.rules
            ),
        )
        for group in loaded.rules
    )
    files = tuple(
        replace(
            group,
            rules=tuple(replace(one, expression=metricsql) if one.name == "duri_x" else one for one in group.rules),
        )
        for group in loaded.files
    )
    found = check(policy("x == 1"), replace(loaded, rules=groups, files=files, evaluator=VMALERT))
    assert [doubt.reason for doubt in found.doubts] == [Reason.SOURCE_UNKNOWN]
    assert "is not PromQL: vmalert alone can judge it" in found.detail


OFFSET = timedelta(minutes=2)
BY_CONFIGURATION = Evaluator(delay=OFFSET)


def offset(age: float, evaluated: float, *, said: timedelta | None = OFFSET, by: Evaluator = ITSELF) -> Evidence:
    """Build evidence whose rule file has an offset.

    The arguments are the ages of the newest sample and of the last evaluation.
    """
    found = recorded(age, by)
    assert not isinstance(found.rules, Unread)
    at = NOW - evaluated

    def seen(group: LoadedGroup) -> LoadedGroup:
        return replace(group, rules=tuple(replace(state, evaluated_at=at) for state in group.rules))

    files = (RuleGroup("duri", RULES, INTERVAL, delay=said),)
    return replace(found, rules=tuple(map(seen, found.rules)), files=files)


@pytest.mark.parametrize(("age", "evaluated"), [(130.0, 130.0), (130.0, 110.0), (80.0, 80.0)])
def test_an_offset_that_the_samples_do_not_show_is_not_allowed_for(age: float, evaluated: float) -> None:
    """The file has the offset, but the server has not loaded it. The last evaluation wrote a sample of its own time."""
    for given_ in (offset(age, evaluated), offset(age, evaluated, said=None, by=BY_CONFIGURATION)):
        found = check(policy("x == 1"), given_)
        assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, Reason.STALE)
        assert "the offset of 120 s" in found.detail
        assert "reload or restart the server" in found.detail


@given(age=st.floats(0, 400), evaluated=st.floats(0, 400), said=st.integers(0, 300))
def test_the_allowed_offset_is_the_lesser_of_file_and_samples(age: float, evaluated: float, said: int) -> None:
    """Law: a sample passes only within the usual age and the lesser of both offsets."""
    found = check(policy("x == 1"), offset(age, evaluated, said=timedelta(seconds=said)))
    shown = max(age - evaluated, 0.0)
    assert (found.outcome is Outcome.PASS) <= (age <= USUAL_AGE + min(said, shown) + 1e-6)


@pytest.mark.parametrize("condition", ["x == 1", "x == 1 for 5m"])
def test_an_offset_that_the_samples_show_is_allowed_for(condition: str) -> None:
    """The offset is ``query_offset`` of the group, or ``rule_query_offset`` of the loaded configuration."""
    assert check(policy(condition), offset(145.0, 25.0)).outcome is Outcome.PASS
    assert check(policy(condition), offset(145.0, 25.0, said=None, by=BY_CONFIGURATION)).outcome is Outcome.PASS
    assert check(policy(condition), offset(145.0, 25.0, said=None)).doubts[0].reason is Reason.STALE
    assert check(policy(condition), offset(145.0, 25.0, said=timedelta(0), by=BY_CONFIGURATION)).doubts != ()


def test_one_evaluation_between_two_answers_gives_no_note() -> None:
    """The list of rules may be older than the samples by one evaluation. The allowance is then less, and enough."""
    found = late_metrics(offset(125.0, 35.0))["duri_x"]
    assert found == Lateness(90.0)


def test_an_offset_without_samples_or_rules_is_not_allowed_for() -> None:
    """Without samples or rules the offset is not proved."""
    known = offset(145.0, 25.0)
    unread = Unread("no", "ask again")
    assert late_metrics(replace(known, ranges=unread))["duri_x"].seconds == 0.0
    assert late_metrics(replace(known, rules=unread)) == {}
    assert late_metrics(known)["duri_y"].seconds == 0.0
    assert not isinstance(known.rules, Unread)
    never = tuple(
        replace(group, rules=tuple(replace(state, evaluated_at=None) for state in group.rules)) for group in known.rules
    )
    assert late_metrics(replace(known, rules=never))["duri_x"].seconds == 0.0


def test_the_least_offset_of_different_files_counts() -> None:
    """Two files have the same group and rule, and the loaded one is not known."""
    known = offset(145.0, 25.0)
    twice = (*known.files, replace(known.files[0], delay=timedelta(seconds=10)))
    assert late_metrics(replace(known, files=twice))["duri_x"] == Lateness(10.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record("m", "x"), record("m", "x")),
        (record("m", "x"), record("m", "y")),
        (record("m", "x"), record("m", "y", slo="a")),
        (record("m", "x", slo="a"), record("m", "y", slo="a")),
        (record("m", "x", slo="a"), record("m", "y", job="b")),
        (record("m", "x", slo="a", job="b"), record("m", "y", slo="a")),
        (record("m", 'x{verb="GET"}'), record("m", 'x{verb=~"GET|LIST"}')),
        (record("m", 'sum by (job) (x{verb="GET"})'), record("m", 'sum by (job) (x{verb="LIST"})')),
        (record("m", 'x{verb="GET"}'), record("m", "no promql(")),
    ],
)
def test_rules_whose_labels_can_coincide_are_duplicates(one: Rule, other: Rule) -> None:
    """The rules are in one group or in two, on a server or in files, in either order."""
    assert duplicates("m", [of_file(one, other)]) is not None
    assert duplicates("m", [of_server(other, name="a"), of_server(one, name="b")]) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record("m", "x", slo="a"), record("m", "x", slo="b")),
        (record("m", "x", slo="a", job="j"), record("m", "y", slo="b", job="j")),
        (record("m", "x", slo="a"), record("m", "x", slo="")),
        (record("m", "x"), record("n", "x")),
        (record("m", "x"), alert("m", "x")),
        (record("m", 'sum by (verb) (x{verb="GET"})'), record("m", 'sum by (verb) (x{verb="LIST"})')),
        (record("m", 'min by (service) (x{service="a"})'), record("m", 'min by (service) (x{service!="a"})')),
        (record("m", "sum by (job) (x)", kind="a"), record("m", "sum by (job) (y)")),
    ],
)
def test_rules_with_different_labels_are_no_duplicates(one: Rule, other: Rule) -> None:
    """A label that cannot have one value in both separates two rules. Other metrics and alerts do not count."""
    assert duplicates("m", [of_file(one), of_server(other)]) is None
    assert duplicates("m", [of_file(other, one)]) is None


def test_the_text_of_a_duplicate_names_both_groups() -> None:
    """The file is named if it is known."""
    found = duplicates("m", [of_file(record("m", "x"), name="a"), of_server(record("m", "x"), name="b")])
    assert found == "m is recorded twice under labels that can coincide, by group a of rules.yml and by group b"


@pytest.mark.parametrize(
    ("expression", "max_age", "told"),
    [
        ("raw_x", None, ""),
        ("raw_x - raw_x offset 1w", None, ""),
        ("raw_x offset 15s", None, "by its offset at least 15 s ago"),
        ("raw_x offset 15s", timedelta(seconds=10), "by its offset at least 15 s ago"),
        ("raw_x offset 15s", timedelta(minutes=5), ""),
        ("raw_x @ 1796016422", timedelta(minutes=5), "at a time that @ fixes, so its value never changes"),
    ],
)
def test_a_value_of_the_past_is_stale(expression: str, max_age: timedelta | None, told: str) -> None:
    """The series may be fresh: the rule does not read its newest samples. A comparison with the past reads both."""
    made = record("duri_x", expression.replace("raw_x", 'raw_x{metric_realm="prod"}'))
    found = evidence(
        samples("duri_x"), files=(RuleGroup("duri", (made, *RULES[1:]), INTERVAL),), rules=(loaded(made, *RULES[1:]),)
    )
    by = policy("x == 1")
    by = replace(by, signals={**by.signals, "x": replace(by.signals["x"], max_age=max_age)})
    judged = check(by, found)
    assert [doubt.reason for doubt in judged.doubts] == ([Reason.SOURCE_STALE] if told else [])
    assert told in judged.detail


def test_two_rules_of_one_name_under_a_signal_are_duplicates() -> None:
    """The signal takes now the value of one, and now that of the other."""
    low = record("low", 'max by (metric_realm) (raw_x{metric_realm="prod"})')
    again = record("low", 'min by (metric_realm) (raw_x{metric_realm="prod"})')
    top = record("duri_x", "min by (metric_realm) (low)")
    rules = (top, low, again)
    found = evidence(samples("duri_x", source={}), files=(RuleGroup("duri", rules, INTERVAL),), rules=(loaded(*rules),))
    assert Reason.DUPLICATE_RULE in [doubt.reason for doubt in check(policy("x == 1"), found).doubts]
