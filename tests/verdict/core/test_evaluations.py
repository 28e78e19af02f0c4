"""Signals that gonogo evaluates: rules of the policy, a few joint questions, and every doubt of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import inf

import pytest

from gonogo.model.evidence import Evidence, TargetHealth, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Policy, Scope, Signal, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.model.series import Series
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.evaluations import (
    HISTORY,
    NEWEST_SCRAPE,
    PLACE_LABEL,
    ExpressionQuestion,
    alerts_selector,
    by_signal,
    evaluations,
    policy_rules,
    with_newest,
    with_policy_rules,
)
from gonogo.verdict.core.questions import ask
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import NOW, RULES, at_now, evidence, loaded, origin, policy, rule, samples, target

EVERY = timedelta(seconds=30)
RAW = 'sum by (metric_realm) (raw_x{metric_realm="prod"})'


def expression(name: str, text: str, **changes: object) -> Signal:
    """Build a signal with an expression."""
    signal = Signal(name, evaluated_metric(name), expression=text, interval=EVERY)
    return replace(signal, **changes)  # type: ignore[arg-type]


def by(text: str, *required: str, **changes: object) -> Policy:
    """Build a policy whose signal ``e`` is this expression."""
    made = policy(*(required or ("e == 1",)))
    return replace(made, signals={**made.signals, "e": expression("e", text)}, **changes)  # type: ignore[arg-type]


def given(*results: Series, text: str = RAW, changes: Mapping[str, object] = {}) -> Evidence:
    """Build healthy evidence in which the expression has these results."""
    found = results or (samples("signal e", source={}),)
    made = evidence(**changes)
    assert not isinstance(made.ranges, Unread)
    assert not isinstance(made.instant, Unread)
    assert not isinstance(made.origins, Unread)
    selectors = RuleGraph.of((*made.files, *policy_rules(by(text)))).raw_selectors("signal e")
    return replace(
        made,
        ranges={**made.ranges, "e": found},
        instant=(*made.instant, *map(at_now, found)),
        origins=made.origins if "origins" in changes else {s.text: (origin(),) for s in selectors},
    )


def check(with_policy: Policy, with_evidence: Evidence) -> JudgedCondition:
    """Return the only check."""
    (subject,) = judge(with_policy, with_evidence, NOW).subjects
    return subject.gates[0].checks[0]


def first(with_policy: Policy, with_evidence: Evidence) -> Reason:
    """Return the first reason of the only check."""
    found = check(with_policy, with_evidence)
    assert found.outcome is Outcome.UNKNOWN, found.detail
    return found.doubts[0].reason


BROKEN = Unread("the expression of e", "the server answered 422: many-to-many matching not allowed", refused=True)
SLOW = Unread("the expression of e", "no whole answer within 10 s")


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"unevaluated": {"e": BROKEN}}, Reason.RULE_UNHEALTHY, "many-to-many"),
        ({"unevaluated": {"e": SLOW}}, Reason.UNREACHABLE, "no whole answer"),
        ({"unevaluated": {"e": replace(SLOW, partial=True)}}, Reason.PARTIAL, "no whole answer"),
        ({"targets": (target(TargetHealth.DOWN),)}, Reason.SOURCE_DOWN, "bring the target up"),
        ({"targets": ()}, Reason.SOURCE_UNKNOWN, "neither an active target"),
        ({"origins": {}}, Reason.SOURCE_UNKNOWN, "no series feeds"),
        ({"rules_untold": True}, Reason.SOURCE_UNKNOWN, "the rules under signal e are not known"),
        ({"rules": Unread("the rules", "refused")}, Reason.UNREACHABLE, "the rules"),
    ],
)
def test_an_expression_has_every_doubt_of_a_rule(changes: Mapping[str, object], reason: Reason, words: str) -> None:
    """The expression proves its sources, and a failure of the expression is one of its rule."""
    found = check(by(RAW), given(changes=changes))
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, reason)
    assert words in found.detail


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("vector(1)", Reason.SYNTHETIC, "the expression of signal e reads no series: vector(1); compute it from"),
        (f"{RAW} or vector(1)", Reason.SYNTHETIC, "measures nothing"),
        (f"({RAW}) smoothed by magic", Reason.SOURCE_UNKNOWN, "gonogo cannot read the expression"),
        ("sum by (metric_realm) (unlisted)", Reason.DRIFTED, "rule unlisted of group other is on the server"),
        ("sum by (metric_realm) (dead)", Reason.SOURCE_UNKNOWN, "no series feeds dead"),
    ],
)
def test_the_rules_and_series_under_an_expression_are_judged(text: str, reason: Reason, words: str) -> None:
    """A made-up value, an unread expression, a rule that is not in the policy's files, and a missing series."""
    rules = (loaded(*RULES), loaded(rule("unlisted", "raw_x"), name="other"))
    origins = {'raw_x{metric_realm="prod"}': (origin(),), "raw_x": (origin(),), "unlisted": (origin(),)}
    found = check(by(text), given(text=text, changes={"rules": rules, "origins": origins}))
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, reason)
    assert words in found.detail


def test_an_expression_over_a_recorded_metric_reads_its_raw_series() -> None:
    """The rule between is compared with the files, and its target is judged."""
    text = "sum by (metric_realm) (duri_x)"
    assert check(by(text), given(text=text)).outcome is Outcome.PASS
    assert first(by(text), given(text=text, changes={"targets": (target(TargetHealth.DOWN),)})) is Reason.SOURCE_DOWN
    other = (loaded(rule("duri_x", "raw_x * 2"), *RULES[1:]),)
    assert first(by(text), given(text=text, changes={"rules": other})) is Reason.DRIFTED


def test_an_expression_is_judged_without_rule_files() -> None:
    """The policy needs no rule file, and the server no rule."""
    assert check(by(RAW), given(changes={"files": (), "rules": ()})).outcome is Outcome.PASS
    found = check(by(RAW, "e > 1"), given(changes={"files": (), "rules": ()}))
    assert (found.outcome, found.detail) == (Outcome.FAIL, "signal e is 1, which does not meet e > 1")
    assert found.provenance[0] == f"signal e: {RAW}"


def test_no_rule_of_a_policy_without_expressions_is_added() -> None:
    """The evidence stays the same object."""
    made = evidence()
    assert with_policy_rules(policy("x == 1"), made) is made


@pytest.mark.parametrize(
    ("results", "reason", "words"),
    [
        ((samples("signal e", source={}, realm="dev"),), Reason.WRONG_REALM, "sum by (metric_realm)"),
        ((samples("signal e", source={}, realm=None),), Reason.WRONG_REALM, "but not with metric_realm='prod'"),
        ((samples("signal e"), samples("signal e", job="other")), Reason.AMBIGUOUS, "2 series match signal e"),
        ((samples("signal e", {80.0: 1.0, 50.0: 1.0}),), Reason.STALE, "the newest sample of signal e is 50.0 s old"),
    ],
)
def test_the_results_are_judged_like_series(results: tuple[Series, ...], reason: Reason, words: str) -> None:
    """Realm, number and age are those of any signal."""
    with_policy = by(RAW)
    old = replace(with_policy.signals["e"], max_age=timedelta(seconds=40))
    found = check(replace(with_policy, signals={**with_policy.signals, "e": old}), given(*results))
    assert (found.outcome, found.doubts[0].reason) == (Outcome.UNKNOWN, reason)
    assert words in found.detail


def test_an_expression_without_a_result_is_absent() -> None:
    """The detail names the labels that the result must have."""
    with_policy = replace(by(RAW, "e == 1", "x == 1"), subjects=("service",))
    empty = given(samples("other"))
    seen = samples("duri_x", service="a")
    empty = replace(empty, ranges={"x": (seen,), "e": ()}, instant=(at_now(seen),))
    found = check(with_policy, empty)
    assert found.doubts[0].reason is Reason.ABSENT
    assert "no series signal e{service='a'}; its expression gives no result" in found.detail


def test_an_expression_that_filters_says_so() -> None:
    """While all is well it has no result. The comparison belongs to the condition."""
    found = check(by("raw_x > 5"), replace(given(), ranges={"e": ()}, instant=()))
    assert found.doubts[0].reason is Reason.ABSENT
    assert "only while its comparison holds, so move the comparison into the condition" in found.detail


def test_a_lasting_condition_reads_the_steps() -> None:
    """``for`` and ``falling`` see every step, and a step without a result is a gap."""
    healthy, lasting = given(), by(RAW, "e == 1 for 5m")
    assert check(lasting, healthy).outcome is Outcome.PASS
    assert check(
        lasting, given(samples("signal e", {40.0: 0.0, 10.0: 1.0} | {70.0 + 30 * n: 1.0 for n in range(20)}))
    ).outcome is (Outcome.FAIL)
    assert first(lasting, given(samples("signal e", {10.0: 1.0, 400.0: 1.0}))) is Reason.GAPPY
    falls = samples("signal e", {10.0 + 30 * n: n / 100 for n in range(30)})
    assert check(by(RAW, "falling(e, 5m)"), given(falls)).outcome is Outcome.PASS


SUM = "sum by (metric_realm) (raw_x)"


def test_expressions_of_one_window_are_one_question() -> None:
    """Each result has the place of its signal. A comment at the end of an expression harms none."""
    made = policy("a == 1", "b == 1 for 1m", "c == 1", "n == 1")
    signals = {name: expression(name, f"{SUM} # {name}") for name in "abc"} | {"n": expression("n", "scalar(x)")}
    asked = ask(replace(made, signals=signals), ()).evaluations
    newest, short, long = asked
    assert (newest.window, tuple(newest.members)) == (None, ("a", "b", "c", "n"))
    assert (short.window, tuple(short.members)) == (timedelta(seconds=135), ("b",))
    assert (long.window, tuple(long.members)) == (timedelta(minutes=5), ("a", "c", "n"))
    assert long.text(("a", "n")) == (
        f'(label_replace((\n{SUM} # a\n), "{PLACE_LABEL}", "0", "", "") or '
        f'label_replace((\nvector(\nscalar(x)\n)\n), "{PLACE_LABEL}", "1", "", ""))[5m:30s]'
    )
    assert newest.text(("b",)) == f'label_replace((\n{SUM} # b\n), "{PLACE_LABEL}", "0", "", "")'


def test_an_expression_that_gonogo_cannot_read_is_asked_as_it_is() -> None:
    """The server may be able to read it."""
    made = replace(policy("e == 1"), signals={"e": expression("e", "x default 0")})
    assert [one.members for one in ask(made, ()).evaluations] == [{"e": "x default 0"}] * 2


def test_metrics_and_expressions_do_not_share_windows() -> None:
    """A long window of one kind costs the other nothing, and no metric is asked for by a name that no server has."""
    made = by(RAW, "e == 1 for 1h", "x == 1 for 1m", "y == 1")
    asked = ask(made, (RuleGroup("duri", RULES, EVERY),))
    assert asked.windows == {timedelta(seconds=135): ("duri_x",), timedelta(minutes=5): ("duri_y",)}
    assert asked.instant == ("duri_x", "duri_y")
    assert asked.evaluations[-1].window == timedelta(seconds=4560)
    assert [selector.text for selector in asked.origins] == ['raw_x{metric_realm="prod"}', 'raw_y{metric_realm="prod"}']
    assert not asked.alerts


def test_a_short_condition_still_reads_the_greatest_age() -> None:
    """With an interval of a second, two intervals and 5 s are longer than a condition of 3 s."""
    made = policy("e == 1", "e == 1 for 3s")
    signals = {"e": expression("e", RAW, interval=timedelta(seconds=1))}
    (_, steps) = ask(replace(made, signals=signals), ()).evaluations
    assert steps.window == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("raw_x", 'raw_x{metric_realm="prod"}'),
        ("max by (metric_realm, service) (raw_x) > 5", 'raw_x{metric_realm="prod"}'),
        ('sum by (service) (raw_x{tier="gold"})', 'raw_x{tier="gold"}'),
        ("raw_x or raw_y", None),
        ("sum by (metric_realm) (raw_x)", None),
        ('label_replace(raw_x, "service", "$1", "pod", "(.*)")', None),
        ('{"raw.x", "tier.name"="gold"}', None),
        ("raw_x * on (pod) group_left (service) owner", "owner"),
    ],
)
def test_a_raw_series_can_witness_the_subjects(text: str, witness: str | None) -> None:
    """The selector is needed, and every step above it keeps the labels of the subject."""
    made = replace(by(text), subjects=("service",))
    assert ask(made, ()).witnesses == ({} if witness is None else {"e": witness})


def test_only_required_expressions_with_subjects_need_a_witness() -> None:
    """Without a realm the selector stays as it is. Names that an old server cannot read are not asked for."""
    assert ask(by("raw_x"), ()).witnesses == {}
    assert ask(replace(by("raw_x"), subjects=("service.name",)), ()).witnesses == {}
    assert ask(replace(by("raw_x", "x == 1"), subjects=("service",)), ()).witnesses == {}
    assert ask(replace(by("raw_x", "x == 1", "e == 1"), subjects=("service",), realm=None), ()).witnesses == {
        "e": "raw_x"
    }


def answer(place: str, metric: str = "", **labels: str) -> Series:
    """Build a series of an answer."""
    named = {"__name__": metric} if metric else {}
    return Series({**named, **labels, PLACE_LABEL: place}, (NOW,), (1.0,))


def test_an_answer_is_sorted_by_signal() -> None:
    """A result gets the name of its signal, and a signal without a result has none."""
    made = replace(policy(), signals={name: expression(name, RAW) for name in "ab"})
    found = by_signal(made, ("a", "b"), (answer("1", "up", job="n"), answer("1", job="m")))
    assert found == {
        "a": (),
        "b": tuple(Series({"__name__": "signal b", "job": job}, (NOW,), (1.0,)) for job in ("n", "m")),
    }


@pytest.mark.parametrize("place", ["2", "", "x", "-1"])
def test_a_series_of_no_signal_is_refused(place: str) -> None:
    """The server answered another question."""
    made = replace(policy(), signals={name: expression(name, RAW) for name in "ab"})
    with pytest.raises(ValueError, match="was asked for"):
        by_signal(made, ("a", "b"), (answer(place),))


def test_series_that_differ_in_the_name_alone_are_refused() -> None:
    """A rule of the server fails at this as well. The other signals of the answer are read."""
    made = replace(policy(), signals={name: expression(name, RAW) for name in "ab"})
    found = by_signal(made, ("a", "b"), (answer("0", "x", job="n"), answer("0", "y", job="n"), answer("1", job="m")))
    refused = found["a"]
    assert isinstance(refused, Unread)
    assert refused.refused
    assert "differ in the name of the metric alone" in refused.why
    assert found["b"] == (Series({"__name__": "signal b", "job": "m"}, (NOW,), (1.0,)),)


def test_the_newest_value_is_one_more_sample() -> None:
    """It is later than the last step, unless a step was evaluated after it. Each series gets its own value."""
    one, other = Series({"n": "1"}, (1.0, 2.0), (5.0, 6.0)), Series({"n": "2"}, (1.0, 2.0), (7.0, 8.0))
    newest = Series({"n": "1"}, (2.5,), (9.0,))
    assert with_newest((one, other), (newest,), inf) == (
        Series({"n": "1"}, (1.0, 2.0, 2.5), (5.0, 6.0, 9.0)),
        other,
    )
    assert with_newest((one,), (replace(newest, times=(1.5,)),), inf) == (one,)
    assert with_newest((one,), (replace(newest, times=(), values=(), histogram_at=2.5),), inf) == (one,)
    assert with_newest((), (newest,), inf) == (newest,)


def test_steps_that_repeat_an_older_value_are_left_out() -> None:
    """A series of such steps alone has only its newest value, or none."""
    steps, newest = Series({}, (1.0, 2.0, 3.0), (5.0, 6.0, 7.0)), Series({}, (3.5,), (9.0,))
    assert with_newest((steps,), (newest,), 1.0) == (Series({}, (1.0, 3.5), (5.0, 9.0)),)
    assert with_newest((steps,), (newest,), 0.5) == (newest,)
    assert with_newest((steps,), (), 0.5) == ()
    histogram = replace(steps, histogram_at=2.5)
    assert with_newest((histogram,), (), 2.6) == (Series({}, (1.0, 2.0), (5.0, 6.0), 2.5),)
    assert with_newest((histogram,), (), 2.2) == (Series({}, (1.0, 2.0), (5.0, 6.0)),)


def test_alerts_are_asked_for_only_if_a_condition_has_a_duration() -> None:
    """The alerts of this moment come with the rules. The past comes with the proof that the server worked."""
    pages = Signal("pages", evaluated_metric("pages"), alerts={"severity": "page"}, interval=EVERY)
    made = replace(policy("pages == 0", subjects=("service",)), signals={"pages": pages})
    asked = ask(made, ())
    assert (asked.alerts, asked.evaluations) == (True, ())
    lasting = replace(made, gates=policy("pages == 0 for 1m").gates)
    asked = ask(lasting, ())
    (past,) = asked.evaluations
    selector = 'ALERTS{alertstate="firing", metric_realm=~"|prod", severity="page"}'
    assert past.members == {"pages": f"count by (metric_realm, service) ({selector})", "": NEWEST_SCRAPE}
    assert [one.text for one in asked.origins] == ['ALERTS{alertstate="firing",metric_realm=~"|prod",severity="page"}']
    shared = replace(lasting, signals={"pages": replace(pages, scope=Scope.SHARED)}, realm=None)
    (past,) = ask(shared, ()).evaluations
    assert past.members["pages"] == 'count by (metric_realm) (ALERTS{alertstate="firing", severity="page"})'
    assert alerts_selector(shared, replace(pages, alerts={})) == 'ALERTS{alertstate="firing"}'


def test_signals_without_a_window_give_no_question() -> None:
    """Without a judged expression nothing is asked."""
    assert evaluations(policy(), {}, {}) == ()
    assert ExpressionQuestion({}, None, EVERY).text(()) == ""


def test_the_history_of_alerts_is_no_signal() -> None:
    """Its series stay as the server returned them."""
    found = (answer("0", "ALERTS", alertname="Down"),)
    assert by_signal(policy(), (HISTORY,), found) == {HISTORY: found}
