"""Counts of firing alerts: 0 is proved or unknown, and a firing alert is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from gonogo.model.condition import Comparison, Falling, Operator, parse_condition
from gonogo.model.evidence import Evidence, TargetHealth, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Gate, Policy, Scope, Signal, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.model.series import Series
from gonogo.model.verdict import Judgement, Verdict
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.evaluations import policy_rules
from gonogo.verdict.core.firing_alerts import provable
from gonogo.verdict.core.reading import Readings
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import NOW, at_now, evidence, origin, policy, samples, target

EVERY = timedelta(seconds=30)
LONG_AGO = NOW - 7 * 86_400
PAGE = {"severity": "page"}


def alert(name: str, expression: str = "raw_x > 5", **labels: str) -> Rule:
    """Build an alert."""
    return Rule(RuleKind.ALERT, name, expression, labels)


SLOW = alert("Slow", **PAGE)
ERRORS = alert("Errors", "rate(raw_y[5m]) > 1", **PAGE)
WARN = alert("Warn", severity="warning")


def by(*required: str, labels: Mapping[str, str] = PAGE, **changes: object) -> Policy:
    """Build a policy whose signal ``pages`` counts alerts."""
    pages = Signal("pages", evaluated_metric("pages"), alerts=dict(labels), interval=EVERY)
    made = policy(*(required or ("pages == 0",)))
    return replace(made, signals={**made.signals, "pages": pages}, **changes)  # type: ignore[arg-type]


def shown(
    *rules: Rule | RuleState, firing: Mapping[str, tuple[Mapping[str, str], ...]] = {}, age: float = 10
) -> LoadedGroup:
    """Build a group as the server shows it; ``firing`` has the labels of the firing alerts by the name of the rule."""
    states = [
        one if isinstance(one, RuleState) else RuleState(one, RuleHealth.OK, evaluated_at=NOW - age) for one in rules
    ]
    return LoadedGroup(
        "alerts", EVERY, tuple(replace(state, firing=firing.get(state.rule.name, ())) for state in states)
    )


def given(*groups: LoadedGroup, past: tuple[Series, ...] = (), changes: Mapping[str, object] = {}) -> Evidence:
    """Build healthy evidence with these alerting rules, loaded as in the files."""
    listed = groups or (shown(SLOW, ERRORS, WARN),)
    files = tuple(RuleGroup(group.name, tuple(state.rule for state in group.rules), EVERY) for group in listed)
    selectors = RuleGraph.of((*files, *policy_rules(by()))).raw_selectors("signal pages")
    made = evidence(
        rules=listed,
        files=files,
        origins={selector.text: (origin(),) for selector in selectors},
        evaluating_since=LONG_AGO,
        newest_scrapes={"pages": steps()},
    )
    assert not isinstance(made.ranges, Unread)
    return replace(made, ranges={**made.ranges, "pages": past}, **changes)  # type: ignore[arg-type]


def steps(oldest: float = 900, delay: float = 3, without: tuple[float, ...] = ()) -> tuple[Series, ...]:
    """Build the times of the newest scrapes: one step every 30 s."""
    ages = [age for age in range(5, int(oldest), 30) if age not in without]
    return (Series({}, tuple(NOW - age for age in reversed(ages)), tuple(NOW - age - delay for age in reversed(ages))),)


def fired(*ages: float, value: float = 1.0, realm: str | None = "prod", **labels: str) -> Series:
    """Build a past count at steps of these ages."""
    own = {**({"metric_realm": realm} if realm else {}), **labels}
    return Series(own, tuple(NOW - age for age in ages), (value,) * len(ages))


def check(with_policy: Policy, with_evidence: Evidence, subject: int = 0) -> JudgedCondition:
    """Return the first check of a subject."""
    return judge(with_policy, with_evidence, NOW).subjects[subject].gates[0].checks[0]


def test_no_firing_alert_is_zero() -> None:
    """Every alerting rule that can match was evaluated without error, and its sources are up."""
    found = check(by(), given())
    assert (found.outcome, found.detail, found.value) == (Outcome.PASS, "signal pages is 0", 0.0)
    assert found.provenance[0] == 'signal pages: ALERTS{alertstate="firing", metric_realm=~"|prod", severity="page"}'


@pytest.mark.parametrize(
    ("groups", "changes", "reason", "words"),
    [
        ((shown(WARN),), {}, Reason.ABSENT, 'no alerting rule of the server can make an alert with severity="page"'),
        ((shown(alert("Open")),), {}, Reason.ABSENT, "no alerting rule of the server mentions severity"),
        ((shown(SLOW, age=66),), {}, Reason.STALE, "rule Slow of group alerts was last evaluated 66 s ago"),
        ((shown(SLOW, age=-6),), {}, Reason.FUTURE, "6.0 s ahead of the server's clock"),
        ((shown(RuleState(SLOW, RuleHealth.ERROR, "no such", NOW)),), {}, Reason.RULE_UNHEALTHY, "no such"),
        ((shown(RuleState(SLOW, RuleHealth.UNKNOWN)),), {}, Reason.RULE_UNHEALTHY, "has not been evaluated"),
        ((shown(RuleState(alert("Open"), RuleHealth.ERROR, "no", NOW), SLOW),), {}, Reason.RULE_UNHEALTHY, "Open"),
        ((), {"targets": (target(TargetHealth.DOWN),)}, Reason.SOURCE_DOWN, "bring the target up"),
        ((), {"origins": {}}, Reason.SOURCE_UNKNOWN, "no series feeds"),
        ((), {"files": ()}, Reason.DRIFTED, "on the server but not in the policy's rule files"),
        ((), {"rules": (shown(SLOW),)}, Reason.DRIFTED, "in the policy's rule files but not on the server"),
        ((), {"rules": (), "rules_untold": True, "files": ()}, Reason.SOURCE_UNKNOWN, "prometheus.rules_url"),
        ((), {"rules": Unread("the rules", "refused")}, Reason.UNREACHABLE, "the rules"),
    ],
)
def test_zero_is_unknown_while_an_alert_could_not_fire(
    groups: tuple[LoadedGroup, ...], changes: Mapping[str, object], reason: Reason, words: str
) -> None:
    """A missing, broken, late, drifted or blind rule proves nothing."""
    found = check(by(), given(*groups, changes=changes))
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, reason)
    assert words in found.detail


def test_each_rule_needs_series_of_its_own() -> None:
    """The series of another rule do not feed this one. A rule without selectors needs none."""
    either = alert("Either", "raw_u > 1 or raw_v > 1", **PAGE)
    made = given(shown(SLOW, either, alert("Always", "vector(1)", **PAGE)))
    assert check(by(), made).outcome is Outcome.PASS
    assert not isinstance(made.origins, Unread)
    blind = replace(made, origins={**made.origins, "raw_u": (), "raw_v": ()})
    found = check(by(), blind)
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, Reason.SOURCE_UNKNOWN)
    assert "no series feeds raw_u, raw_v, so rule Either cannot fire" in found.detail
    assert check(by(), replace(blind, origins={**made.origins, "raw_u": ()})).outcome is Outcome.PASS
    untraced = Unread("the sources", "the server is too old")
    assert "cannot fire" not in check(by(), replace(blind, untraced={"raw_u": untraced, "raw_v": untraced})).detail


def test_a_broken_rule_that_cannot_match_does_no_harm() -> None:
    """The labels of the rule contradict the signal, or the realm."""
    broken = [RuleState(one, RuleHealth.ERROR, "no", NOW) for one in (WARN, alert("Dev", metric_realm="dev", **PAGE))]
    assert check(by(), given(shown(SLOW, *broken))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "rules",
    [
        (alert("Templated", severity='{{ "page" }}'),),
        (alert("Kept", "sum by (severity) (raw_x) > 1"),),
        (alert("Below", "duri_x > 1"), Rule(RuleKind.RECORD, "duri_x", 'raw_x{severity="page"}')),
    ],
)
def test_a_label_can_come_from_a_template_or_a_series(rules: tuple[Rule, ...]) -> None:
    """The rule, or a rule under it, mentions the label."""
    assert check(by(), given(shown(*rules))).outcome is Outcome.PASS


def test_labels_that_no_rule_mentions_are_known_for_every_alert() -> None:
    """Each alert has a name, and the source of its series."""
    assert check(by(labels={"alertname": "Slow", "job": "node"}), given()).outcome is Outcome.PASS
    found = check(by(labels={"alertname": "Slwo"}), given())
    assert found.doubts[0].reason is Reason.ABSENT
    assert check(by(labels={}), given()).outcome is Outcome.PASS


def test_a_firing_alert_is_counted() -> None:
    """The detail names the alerts that fire."""
    firing = {
        "Slow": ({**PAGE, "pod": "a"}, {**PAGE, "pod": "b"}),
        "Errors": (PAGE,),
        "Warn": ({"severity": "warning"},),
    }
    found = check(by(), given(shown(SLOW, ERRORS, WARN, firing=firing)))
    assert (found.outcome, found.value) == (Outcome.FAIL, 3.0)
    assert found.detail == "signal pages is 3 (firing: Errors, Slow), which does not meet pages == 0"
    assert check(by("pages <= 3"), given(shown(SLOW, ERRORS, firing=firing))).detail == (
        "signal pages is 3 (firing: Errors, Slow)"
    )
    many = {f"A{n}": (PAGE,) for n in range(7)}
    found = check(by(), given(shown(*(alert(name, **PAGE) for name in many), firing=many)))
    assert "(firing: A0, A1, A2, A3, A4 and 2 more)" in found.detail


@pytest.mark.parametrize(
    ("labels", "counted"),
    [
        ({**PAGE, "metric_realm": "prod"}, 1),
        (PAGE, 1),
        ({**PAGE, "metric_realm": ""}, 1),
        ({**PAGE, "metric_realm": "dev"}, 0),
        ({"severity": "warning"}, 0),
    ],
)
def test_an_alert_counts_unless_it_is_of_another_realm(labels: Mapping[str, str], counted: int) -> None:
    """An alert without a realm cannot be told to be another's."""
    assert check(by(), given(shown(SLOW, firing={"Slow": (labels,)}))).value == counted


def test_without_a_realm_every_alert_counts() -> None:
    """A policy without a realm has no other realms."""
    firing = shown(SLOW, firing={"Slow": ({**PAGE, "metric_realm": "dev"},)})
    found = check(by(realm=None), given(firing))
    assert (found.value, found.series) == (1, {"__name__": "signal pages"})


def subjects(judgement: Judgement) -> dict[str, Verdict]:
    """Return the verdict of each service."""
    return {one.labels["service"]: one.verdict for one in judgement.subjects}


def fleet(*conditions: str) -> Policy:
    """Build a policy over services that have a signal ``x`` of their own."""
    made = by(*conditions, subjects=("service",))
    gates = (*made.gates, Gate("own", (parse_condition("x == 1"),)))
    return replace(made, gates=gates)


def seen(made: Evidence, *services: str) -> Evidence:
    """Let these services have the signal ``x``."""
    own = tuple(samples("duri_x", service=service) for service in services)
    recorded = Rule(RuleKind.RECORD, "duri_x", 'raw_x{metric_realm="prod"}')
    assert not isinstance(made.rules, Unread)
    assert not isinstance(made.ranges, Unread)
    assert not isinstance(made.origins, Unread)
    return replace(
        made,
        ranges={**made.ranges, "x": own},
        instant=tuple(map(at_now, own)),
        rules=(*made.rules, LoadedGroup("own", EVERY, (RuleState(recorded, RuleHealth.OK, evaluated_at=NOW),))),
        files=(*made.files, RuleGroup("own", (recorded,), EVERY)),
        origins={**made.origins, 'raw_x{metric_realm="prod"}': (origin(),)},
    )


def test_alerts_are_counted_by_subject() -> None:
    """A subject without an alert has 0. A subject that only an alert names is judged, too."""
    firing = {"Slow": ({**PAGE, "service": "b"}, {**PAGE, "service": "z"})}
    found = judge(fleet("pages == 0"), seen(given(shown(SLOW, firing=firing)), "a", "b"), NOW)
    assert subjects(found) == {"a": Verdict.GO, "b": Verdict.NO_GO, "z": Verdict.NO_GO}
    (of_a, of_b, _) = found.subjects
    for service, judged in (("a", of_a), ("b", of_b)):
        own = {"__name__": "signal pages", "metric_realm": "prod", "service": service}
        assert judged.gates[0].checks[0].series == own


def test_an_alert_without_the_label_of_a_subject_is_ambiguous_for_all() -> None:
    """It can be the alert of any subject. An alert that names its subject still counts."""
    firing = {"Slow": (PAGE, {**PAGE, "service": "b"})}
    found = judge(fleet("pages == 0"), seen(given(shown(SLOW, firing=firing)), "a", "b"), NOW)
    assert subjects(found) == {"a": Verdict.HOLD, "b": Verdict.NO_GO}
    (doubt,) = found.subjects[0].gates[0].checks[0].doubts
    assert doubt.reason is Reason.AMBIGUOUS
    assert doubt.detail.startswith("firing: Slow has no label service")


def test_shared_alerts_are_counted_for_all() -> None:
    """The signal has one count, whatever the labels of its alerts."""
    firing = {"Slow": (PAGE, {**PAGE, "service": "b"})}
    made = fleet("pages == 0")
    shared = replace(made, signals={**made.signals, "pages": replace(made.signals["pages"], scope=Scope.SHARED)})
    found = judge(shared, seen(given(shown(SLOW, firing=firing)), "a"), NOW)
    assert subjects(found) == {"a": Verdict.NO_GO}
    assert found.subjects[0].gates[0].checks[0].value == 2


DOWN = {"targets": (target(TargetHealth.DOWN),)}
"""A doubt about every rule: an alert that should fire may not."""


@pytest.mark.parametrize(
    ("condition", "firing", "outcome"),
    [
        ("pages == 0", 1, Outcome.FAIL),
        ("pages == 0", 0, Outcome.UNKNOWN),
        ("pages == 2", 1, Outcome.UNKNOWN),
        ("pages == 2", 2, Outcome.UNKNOWN),
        ("pages != 0", 1, Outcome.PASS),
        ("pages != 2", 1, Outcome.UNKNOWN),
        ("pages > 0", 1, Outcome.PASS),
        ("pages > 1", 1, Outcome.UNKNOWN),
        ("pages >= 1", 1, Outcome.PASS),
        ("pages < 1", 1, Outcome.FAIL),
        ("pages <= 1", 1, Outcome.UNKNOWN),
        ("falling(pages, 5m)", 1, Outcome.UNKNOWN),
    ],
)
def test_more_alerts_can_only_fire(condition: str, firing: int, outcome: Outcome) -> None:
    """A count that may be too small decides a condition that every larger count decides in the same way."""
    alerts = {"Slow": tuple({**PAGE, "pod": str(n)} for n in range(firing))}
    assert check(by(condition), given(shown(SLOW, firing=alerts), changes=DOWN)).outcome is outcome


@pytest.mark.parametrize(
    "state",
    [RuleState(SLOW, RuleHealth.ERROR, "no", NOW), RuleState(SLOW, RuleHealth.OK, evaluated_at=NOW - 100)],
)
def test_the_alert_of_a_broken_or_late_rule_proves_nothing(state: RuleState) -> None:
    """The server shows the alert for as long as the rule is not evaluated."""
    assert check(by(), given(shown(state, firing={"Slow": (PAGE,)}))).outcome is Outcome.UNKNOWN


def test_a_server_without_an_answer_is_never_a_verdict() -> None:
    """A firing alert does not count while another question has no answer."""
    found = check(
        by(), given(shown(SLOW, firing={"Slow": (PAGE,)}), changes={"targets": Unread("the targets", "refused")})
    )
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, Reason.UNREACHABLE)


@examples(st.sampled_from(Operator), st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))
def test_a_proved_outcome_is_that_of_every_larger_count(op: Operator, bound: int, least: int, more: int) -> None:
    """Law: if the least count proves an outcome, every larger count has that outcome."""
    term = Comparison("pages", op, bound)
    found = provable(term)
    assert found is not None
    comparison, outcome = found
    proved = comparison.holds(least) is (outcome is Outcome.PASS)
    assert not proved or term.holds(least + more) is (outcome is Outcome.PASS)


def test_falling_is_not_proved_by_a_least_count() -> None:
    """A count that may be too small says nothing about a fall."""
    assert provable(Falling("pages", timedelta(minutes=1))) is None


LASTING = "pages == 0 for 5m"


def test_zero_lasts_while_the_server_scraped_and_evaluated() -> None:
    """Each step without a series of ``ALERTS`` is 0, for the server worked."""
    assert check(by(LASTING), given()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "changes",
    [
        {"newest_scrapes": {}},
        {"newest_scrapes": {"pages": steps(delay=66)}},
        {"newest_scrapes": {"pages": steps(without=tuple(range(35, 215, 30)))}},
        {"evaluating_since": None},
        {"evaluating_since": NOW - 200},
    ],
)
def test_zero_is_not_known_for_a_time_without_proof(changes: Mapping[str, object]) -> None:
    """Nothing was scraped, or the server was not running, or does not say since when."""
    found = check(by(LASTING), given(changes=changes))
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, Reason.GAPPY)


def test_zero_is_not_known_while_an_alert_of_any_subject_fired() -> None:
    """The alert had no label of a subject."""
    found = check(fleet(LASTING), seen(given(past=(fired(*range(65, 305, 30)),)), "a"))
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, Reason.GAPPY)


def test_an_alert_that_fired_in_the_window_fails_it() -> None:
    """The alerts of one realm and of none are added. The detail says when the last one fired."""
    past = (fired(65, 95), fired(65, realm=None, value=2))
    found = check(by(LASTING), given(past=past))
    assert (found.outcome, found.value) == (Outcome.FAIL, 0.0)
    assert found.detail == "signal pages was 3 until 65 s ago, and pages == 0 since; 300 s are asked"
    assert check(by(LASTING), given(past=past, changes=DOWN)).outcome is Outcome.FAIL


def test_an_alert_that_lasts_holds_whatever_the_doubts() -> None:
    """An abort on a lasting alert works while its targets are down, and where the past of the server is not known."""
    past, now = (fired(*reversed(range(5, 400, 30))),), shown(SLOW, firing={"Slow": (PAGE,)})
    unknown = {**DOWN, "evaluating_since": None}
    assert check(by("pages > 0 for 5m"), given(now, past=past, changes=unknown)).outcome is Outcome.PASS
    assert check(by("pages > 0 for 5m"), given(past=past, changes=unknown)).outcome is Outcome.UNKNOWN
    short = (fired(*reversed(range(5, 200, 30))),)
    assert check(by("pages > 0 for 5m"), given(now, past=short, changes=unknown)).outcome is Outcome.UNKNOWN


def test_steps_after_now_are_left_out() -> None:
    """The time of the server was asked for before the steps."""
    late = (Series({}, (NOW - 5, NOW + 1), (NOW - 8, NOW - 2)),)
    found = check(by(), given(changes={"newest_scrapes": {"pages": late}}, past=(fired(-1),)))
    assert (found.outcome, found.sampled_at) == (Outcome.PASS, NOW)


@pytest.mark.parametrize(
    ("expression", "labels", "reasons"),
    [
        ("sum by (service) (raw_x) > 5", {}, []),
        ("raw_x > 5", {}, []),
        ('raw_x{service="b"} > 5', {}, []),
        ("sum(raw_x) > 5", {"service": "{{ $labels.team }}"}, []),
        ('raw_x{service="a"} > 5', {}, [Reason.ABSENT]),
        ("sum(raw_x) > 5", {"service": "a"}, [Reason.ABSENT]),
    ],
)
def test_a_subject_for_which_no_rule_can_fire_is_absent(
    expression: str, labels: Mapping[str, str], reasons: list[Reason]
) -> None:
    """A count of 0 would say that the subject is well, and nothing watches the subject."""
    rules = given(shown(alert("One", expression, **PAGE, **labels)))
    (for_b,) = Readings(by(subjects=("service",)), rules).read(("b",), "pages")
    assert [doubt.reason for doubt in for_b.doubts] == reasons
    other = alert("Other", 'raw_y{severity="warning",service="b"} > 5')
    beside = given(shown(alert("One", expression, **PAGE, **labels), other))
    (still,) = Readings(by(subjects=("service",)), beside).read(("b",), "pages")
    assert [doubt.reason for doubt in still.doubts] == reasons
    (of_b,) = Readings(by(labels={**PAGE, "service": "b"}), rules).read((), "pages")
    for doubts in (for_b.doubts, of_b.doubts) if reasons else ():
        assert doubts[0].detail.startswith("no alerting rule of the server can make an alert with ")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("rate(raw_y[5m]) > 2 * rate(raw_y[5m] offset 1w)", ""),
        ("raw_y offset 1h > 5", "rule Past reads a series in the past alone, by its offset at least 3600 s ago"),
        ("raw_y @ 1796016422 > 5", "rule Past reads a series in the past alone, at a time that @ fixes"),
    ],
)
def test_an_alert_that_looks_at_the_past_alone_proves_no_zero(expression: str, told: str) -> None:
    """The alert cannot fire for what happens now. A comparison with the past can."""
    (found,) = Readings(by(), given(shown(alert("Past", expression, **PAGE)))).read((), "pages")
    assert [doubt.reason for doubt in found.doubts] == ([Reason.SOURCE_STALE] if told else [])
    assert all(doubt.detail.startswith(told) for doubt in found.doubts)
