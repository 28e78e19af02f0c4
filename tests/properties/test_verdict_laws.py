"""Tests of laws of the verdict, over policies with ``or``, ``for``, expressions, alerts and several subjects."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Outcome
from gonogo.model.policy import Gate, Policy, Runs, Signal, ValueRange
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.model.series import Series
from gonogo.model.verdict import Judgement, Report, Verdict
from gonogo.verdict.core.questions import missing_subjects, required_signals
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.print import report_json
from tests.evidence_builder import NOW, at_now, evidence, policy, samples

BADNESS = {Verdict.GO: 0, Verdict.HOLD: 1, Verdict.NO_GO: 2}
SERVICES = ("a", "b", "c")

terms = st.sampled_from(
    ["x == 1", "x < 0.5", "y >= 0.5", "y == 1 for 5m", "x != 1 for 2m", "falling(x, 10m)", "shared <= 1"]
) | st.sampled_from(["e == 1", "e >= 0.5 for 5m", "falling(e, 10m)", "pages == 0", "pages == 0 for 2m", "pages > 0"])
EVERY = timedelta(seconds=30)
OWN = {
    "e": Signal("e", "signal e", range=ValueRange(0, 1), expression='raw_x{metric_realm="prod"}', interval=EVERY),
    "pages": Signal("pages", "signal pages", alerts={"severity": "page"}, interval=EVERY),
}
"""An expression, and a count of alerts."""

SLOW = Rule(RuleKind.ALERT, "Slow", 'raw_y{metric_realm="prod"} > 1', {"severity": "page"})
conditions = st.lists(terms, min_size=1, max_size=3).map(lambda parts: parse_condition(" or ".join(parts)))
warned = st.lists(st.one_of(terms, st.just("unknown(x) for 2m")), min_size=1, max_size=3).map(
    lambda parts: parse_condition(" or ".join(parts))
)
gates = st.lists(
    st.builds(
        Gate,
        st.sampled_from(["g", "h", "i"]),
        st.lists(conditions, max_size=3).map(tuple),
        warn=st.lists(warned, max_size=1).map(tuple),
    ),
    max_size=3,
).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy with one or many subjects."""
    subjects = draw(st.sampled_from([(), ("service",)]))
    runs = draw(st.sampled_from([Runs(), Runs(required=())]))
    drawn = policy(gates=draw(gates), subjects=subjects, runs=runs)
    return replace(drawn, signals={**drawn.signals, **OWN})


values = st.one_of(
    st.sampled_from([0.0, 0.4, 1.0, 1.5, float("nan")]),
    st.lists(st.sampled_from([0.0, 0.4, 0.9, 1.0]), min_size=1, max_size=20).map(
        lambda found: {30.0 * (len(found) - n) - 20: value for n, value in enumerate(found)}
    ),
)


@st.composite
def evidences(draw: st.DrawFn, services: tuple[str, ...], *, tiers: bool) -> Evidence:
    """Draw answers.

    Some subjects are present, missing, only in another realm, or gone since yesterday. With ``tiers`` some series
    of ``x`` have a tier that the signal does not select.
    """
    found: list[Series] = []
    for name in ("duri_x", "duri_y"):
        there = draw(st.sets(st.sampled_from(services)))
        found += [samples(name, draw(values), service=service, tier="gold") for service in sorted(there)]
        in_dev = draw(st.sets(st.sampled_from(services), max_size=1))
        found += [samples(name, draw(values), realm="dev", service=service, tier="gold") for service in sorted(in_dev)]
    if tiers:
        silver = draw(st.sets(st.sampled_from(services)))
        found += [samples("duri_x", service=service, tier="silver") for service in sorted(silver)]
    gone = draw(st.sets(st.sampled_from(services), max_size=1))
    made = evidence(
        *found, samples("duri_shared", 1.0, source={}), vanished=tuple({"service": service} for service in sorted(gone))
    )
    results = draw(st.sets(st.sampled_from(services)))
    return _with_own(
        made,
        tuple(samples("signal e", draw(values), service=service, tier="gold") for service in sorted(results)),
        draw(st.lists(st.sampled_from([*services, ""]), max_size=2)),
        draw(st.sampled_from([RuleHealth.OK, RuleHealth.OK, RuleHealth.ERROR])),
    )


def _with_own(made: Evidence, results: tuple[Series, ...], firing: list[str], health: RuleHealth) -> Evidence:
    """Add results of the expression, and alerts of these services; an empty name is an alert without a service."""
    assert isinstance(made.rules, tuple)
    assert isinstance(made.ranges, Mapping)
    assert isinstance(made.instant, tuple)
    labels = tuple({"severity": "page", **({"service": service} if service else {})} for service in firing)
    state = RuleState(SLOW, health, "failed" if health is RuleHealth.ERROR else "", NOW - 10, labels)
    return replace(
        made,
        ranges={**made.ranges, "e": results, "pages": ()},
        instant=(*made.instant, *map(at_now, results)),
        rules=(*made.rules, LoadedGroup("alerts", EVERY, (state,))),
        files=(*made.files, RuleGroup("alerts", (SLOW,), EVERY)),
        newest_scrapes={"pages": (samples("newest", {n: NOW - n for n in range(5, 600, 30)}),)},
        evaluating_since=NOW - 86_400,
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Policy, Evidence]:
    """Draw a policy and answers for the policy. The signal ``x`` may require a label."""
    drawn = draw(policies())
    tiers = draw(st.booleans())
    if tiers:
        drawn = replace(drawn, signals={**drawn.signals, "x": replace(drawn.signals["x"], labels={"tier": "gold"})})
    return drawn, draw(evidences(SERVICES if drawn.subjects else SERVICES[:1], tiers=tiers))


def of_a_day(by: Policy, given: Evidence) -> tuple[Mapping[str, str], ...]:
    """Return the subjects that were in a required signal, present or gone."""
    assert not isinstance(given.vanished, Unread)
    assert not isinstance(given.instant, Unread)
    metrics = {signal.metric: signal.labels.items() for signal in required_signals(by)}
    there = [
        {"service": series.labels["service"]}
        for series in given.instant
        if series.metric in metrics
        and metrics[series.metric] <= series.labels.items()
        and series.labels["metric_realm"] == "prod"
    ]
    return (*given.vanished, *there)


def without(given: Evidence, lost: Callable[[Series], bool]) -> Evidence:
    """Remove series from both answers."""
    assert not isinstance(given.ranges, Unread)
    assert not isinstance(given.instant, Unread)
    ranges = {name: tuple(series for series in kept if not lost(series)) for name, kept in given.ranges.items()}
    return replace(given, ranges=ranges, instant=tuple(series for series in given.instant if not lost(series)))


def outcomes(judgement: Judgement) -> list[tuple[object, ...]]:
    """Reduce a judgement to the part that must not depend on order."""
    return sorted(
        (tuple(s.labels.items()), s.verdict, gate.gate, gate.outcome, tuple(sorted(c.condition for c in gate.checks)))
        for s in judgement.subjects
        for gate in s.gates
    )


@given(cases(), st.randoms(use_true_random=False))
def test_the_verdict_does_not_depend_on_order(case: tuple[Policy, Evidence], shuffle: random.Random) -> None:
    """The order of gates, conditions, terms and answers does not matter."""
    by, found = case
    mixed_gates = []
    for gate in by.gates:
        require = [replace(c, terms=tuple(shuffle.sample(c.terms, len(c.terms)))) for c in gate.require]
        shuffle.shuffle(require)
        mixed_gates.append(replace(gate, require=tuple(require)))
    shuffle.shuffle(mixed_gates)
    ranges = {name: tuple(shuffle.sample(s, len(s))) for name, s in found.ranges.items()}  # type: ignore[union-attr]
    instant = tuple(shuffle.sample(found.instant, len(found.instant)))  # type: ignore[arg-type]
    mixed = judge(replace(by, gates=tuple(mixed_gates)), replace(found, ranges=ranges, instant=instant), NOW)
    straight = judge(by, found, NOW)
    assert mixed.verdict is straight.verdict
    assert outcomes(mixed) == outcomes(straight)


@given(cases())
def test_adding_a_failing_gate_is_no_go(case: tuple[Policy, Evidence]) -> None:
    """A gate that fails makes every subject NO-GO."""
    by, found = case
    failing = Gate("failing", (parse_condition("shared > 1"),))
    assert judge(replace(by, gates=(*by.gates, failing)), found, NOW).verdict is Verdict.NO_GO


@given(cases())
def test_adding_an_unknown_gate_never_improves_the_verdict(case: tuple[Policy, Evidence]) -> None:
    """An UNKNOWN gate leaves NO-GO, and turns GO into HOLD."""
    by, found = case
    signals = {**by.signals, "gone": replace(by.signals["shared"], name="gone", metric="duri_gone")}
    unknown = Gate("unknown", (parse_condition("gone == 1"),))
    before = judge(by, found, NOW).verdict
    after = judge(replace(by, signals=signals, gates=(*by.gates, unknown)), found, NOW).verdict
    assert BADNESS[after] >= BADNESS[before]
    assert after is not Verdict.GO


@given(cases(), st.data())
def test_losing_series_never_turns_a_verdict_into_go(case: tuple[Policy, Evidence], data: st.DataObject) -> None:
    """After a loss of any series, of any realm, the verdict is GO only if it was GO before."""
    by, found = case
    day = of_a_day(by, found)
    found = replace(found, vanished=missing_subjects(by, day, found.instant))  # type: ignore[arg-type]
    names = sorted({tuple(sorted(series.labels.items())) for series in found.instant})  # type: ignore[union-attr]
    gone = data.draw(st.sets(st.sampled_from(names), min_size=1))
    lost = without(found, lambda series: tuple(sorted(series.labels.items())) in gone)
    lost = replace(lost, vanished=missing_subjects(by, day, lost.instant))  # type: ignore[arg-type]
    before, after = judge(by, found, NOW), judge(by, lost, NOW)
    assert after.verdict is not Verdict.GO or before.verdict is Verdict.GO
    judged = {tuple(subject.labels.items()) for subject in after.subjects if subject.labels}
    assert not by.subjects or judged == {tuple(labels.items()) for labels in day} | judged


@given(cases(), st.sampled_from(["duri_x", "duri_y"]))
def test_a_term_without_series_is_unknown(case: tuple[Policy, Evidence], metric: str) -> None:
    """The term is neither met nor violated."""
    by, found = case
    lost = judge(by, without(found, lambda series: series.metric == metric), NOW)
    for subject in lost.subjects:
        for gate in subject.gates[: len(by.gates)]:
            for check in gate.checks:
                leaves = check.terms or (check,)
                gone = [leaf for leaf in leaves if leaf.series is None]
                assert all(leaf.outcome is Outcome.UNKNOWN for leaf in gone)


@given(cases())
def test_a_server_without_answers_is_hold(case: tuple[Policy, Evidence]) -> None:
    """The policy may require nothing at all."""
    by, found = case
    unread = Unread("everything", "refused")
    questions = ("ranges", "instant", "rules", "targets", "pushes", "origins", "vanished")
    silent = judge(by, replace(found, **dict.fromkeys(questions, unread)), NOW)  # type: ignore[arg-type]
    assert silent.verdict is Verdict.HOLD


@given(cases())
def test_go_needs_a_required_condition_and_a_subject(case: tuple[Policy, Evidence]) -> None:
    """A subject is needed only if the policy has subjects."""
    by, found = case
    unasked = replace(by, gates=tuple(replace(gate, require=()) for gate in by.gates))
    assert judge(unasked, found, NOW).verdict is not Verdict.GO
    nobody = replace(without(found, lambda _: True), vanished=(), rules=())  # a firing alert can name a subject too
    assert judge(replace(by, subjects=("service",)), nobody, NOW).verdict is not Verdict.GO
    if judge(by, found, NOW).verdict is Verdict.GO:
        assert any(gate.require for gate in by.gates)
        assert not by.subjects or all(subject.labels for subject in judge(by, found, NOW).subjects)


@given(cases())
def test_the_verdict_is_that_of_the_worst_subject(case: tuple[Policy, Evidence]) -> None:
    """A subject is GO only if every gate passes."""
    by, found = case
    judged = judge(by, found, NOW)
    assert BADNESS[judged.verdict] == max(BADNESS[subject.verdict] for subject in judged.subjects)
    for subject in judged.subjects:
        passing = bool(subject.gates) and all(gate.outcome is Outcome.PASS for gate in subject.gates)
        assert (subject.verdict is Verdict.GO) == passing


@given(cases())
def test_the_json_holds_the_whole_judgement(case: tuple[Policy, Evidence]) -> None:
    """The document is strict JSON, and has every outcome."""
    by, found = case
    judged = judge(by, found, NOW)
    text = report_json(Report(judged, "p.yaml", "0" * 64, by.realm, "http://x", "2.42.0", 0.1))
    read = json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    assert read["verdict"] == judged.verdict
    assert [[g["outcome"] for g in s["gates"]] for s in read["subjects"]] == [
        [g.outcome for g in s.gates] for s in judged.subjects
    ]
    for subject in read["subjects"]:
        for gate in subject["gates"]:
            for check in gate["checks"]:
                assert (check["reason"] is None) == (check["outcome"] != "UNKNOWN")
                assert check["reasons"][:1] == ([check["reason"]] if check["reason"] else [])


def test_the_evidence_of_the_laws_starts_with_go() -> None:
    """The helper builds a healthy system."""
    assert judge(policy("x == 1"), evidence(samples("duri_x")), NOW).verdict is Verdict.GO
    by = policy("e == 1", "e == 1 for 5m", "pages == 0", "pages == 0 for 5m")
    own = _with_own(evidence(), (samples("signal e"),), [], RuleHealth.OK)
    assert judge(replace(by, signals=OWN), own, NOW).verdict is Verdict.GO
    assert at_now(samples("duri_x")).times == (NOW,)
