"""The rules of the judged signals are evaluated once more, and a pass needs both values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.model.condition import parse_condition, parse_criterion
from gonogo.model.evidence import Evidence, Recomputed, TargetHealth, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import DryRun, Gate, Policy, Signal, evaluated_metric
from gonogo.model.replacing import replace
from gonogo.model.series import Series
from gonogo.verdict.core.reading import Readings
from gonogo.verdict.core.recomputation import LONGEST, Recomputation, needs_values, recomputations
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.core.violations import violations
from tests.evidence_builder import NOW, at_now, evidence, loaded, policy, rule, samples, target

AT = NOW - 10


def exceptional(*exceptions: Series, fresh: tuple[Series, ...] = ()) -> Evidence:
    """Return healthy evidence with these exceptions of the signal ``x``."""
    return evidence(recomputed={"x": Recomputed(AT, exceptions, fresh)})


def value(number: float, metric: str = "duri_x", **labels: str) -> Series:
    """Return a sample of a recorded series, or of the result of its rule if it has no metric."""
    found = replace(samples(metric, {0: number}), labels={**samples(metric).labels, **labels})
    kept = {name: text for name, text in found.labels.items() if name != "__name__" or text}
    return replace(found, labels=kept)


def check_of(given: Evidence, by: Policy) -> JudgedCondition:
    """Return the only check."""
    (check,) = judge(by, given, NOW).subjects[0].gates[0].checks
    return check


def test_a_pass_needs_a_fresh_value_that_passes_too() -> None:
    """The rule gives nothing, or a value that fails. The detail has both values."""
    by = policy("x >= 0.5")
    for fresh, told in (((), "gives nothing"), ((value(0.25, ""),), "gives 0.25")):
        check = check_of(exceptional(value(1.0), fresh=fresh), by)
        assert (check.outcome, [doubt.reason for doubt in check.doubts]) == (Outcome.UNKNOWN, [Reason.FOREIGN])
        assert f"the server holds 1 for duri_x, and its own rule {told}; find what else writes" in check.detail


def test_a_foreign_value_is_named_before_the_doubts_about_its_sources() -> None:
    """A stranger writes the series of a target that is down. A recorded value that fails is not called foreign."""
    down = (target(TargetHealth.DOWN),)
    for by, reasons in (
        (policy("x >= 0.5"), [Reason.FOREIGN, Reason.SOURCE_DOWN]),
        (policy("x <= 0.5"), [Reason.SOURCE_DOWN]),
    ):
        check = check_of(replace(exceptional(value(1.0)), targets=down), by)
        assert (check.outcome, [doubt.reason for doubt in check.doubts]) == (Outcome.UNKNOWN, reasons)
    assert aborts(replace(exceptional(value(1.0)), targets=down), "unknown(x) for 5m") == ["unknown(x) for 5m"]


def test_a_series_that_ended_with_its_sources_is_not_foreign() -> None:
    """The server ends the series of a target that it lost as of an earlier moment than the series recorded from them.

    A stranger's value that differs from that of the rule is foreign all the same.
    """
    by = policy("x >= 0.5")
    for fresh, reasons in (((), [Reason.STALE]), ((value(0.25, ""),), [Reason.FOREIGN, Reason.STALE])):
        ended = replace(exceptional(value(1.0), fresh=fresh), instant=())
        assert [doubt.reason for doubt in check_of(ended, by).doubts] == reasons
    ended = replace(exceptional(value(1.0)), instant=())
    assert aborts(ended, "unknown(x) for 5m") == ["unknown(x) for 5m"]


def test_an_exception_of_another_series_or_condition_is_none_here() -> None:
    """The fresh value meets this condition, or belongs to another series."""
    assert check_of(exceptional(value(1.0), fresh=(value(0.75, ""),)), policy("x >= 0.5")).outcome is Outcome.PASS
    assert check_of(exceptional(value(1.0, zone="z")), policy("x >= 0.5")).outcome is Outcome.PASS
    assert check_of(evidence(recomputed={}), policy("x >= 0.5")).outcome is Outcome.PASS


def test_a_violation_needs_no_second_opinion() -> None:
    """The recorded value fails, whatever the rule gives."""
    check = check_of(exceptional(value(1.0)), policy("x <= 0.5"))
    assert check.outcome is Outcome.FAIL


def aborts(given: Evidence, *conditions: str) -> list[str]:
    """Return the abort conditions that are true, under the requirement ``x >= 0.5``."""
    gate = Gate("g", (parse_condition("x >= 0.5"),), tuple(map(parse_condition, conditions)))
    by = policy(gates=(gate,))
    readings = Readings(by, given)
    readings.count({("x", (), 0): 300.0})
    return [one.check.condition for one in violations(by, readings, ((),), NOW)]


def test_a_violation_that_nobody_asked_about_again_is_true_for_an_abort() -> None:
    """The recorded value fails the requirement, so the rule is not evaluated once more. That is no doubt."""
    bad = samples("duri_x", 0.0)
    newest = replace(bad, times=bad.times[-1:], values=bad.values[-1:])
    given = evidence(bad, recomputed={"x": Recomputed(AT, (newest,))})
    assert aborts(given, "x < 0.5", "x == 0 for 5m", "unknown(x) for 5m") == ["x < 0.5", "x == 0 for 5m"]


def test_a_value_that_the_rule_does_not_give_is_unknown() -> None:
    """The requirement is UNKNOWN, so the signal is. It is known if the rule gives a value that is as good."""
    assert aborts(exceptional(value(1.0)), "unknown(x) for 5m", "x < 0.5") == ["unknown(x) for 5m"]
    assert aborts(exceptional(value(1.0), fresh=(value(0.75, ""),)), "unknown(x) for 5m") == []


def test_a_fall_needs_a_fresh_value_but_no_comparison() -> None:
    """``falling`` compares old samples, which cannot be evaluated once more."""
    by = policy("falling(x, 2m)")
    falls = samples("duri_x", {130: 1.0, 100: 0.9, 70: 0.8, 40: 0.7, 10: 0.6})
    newest = replace(falls, times=(AT,), values=(0.6,))
    given = evidence(
        falls, recomputed={"x": Recomputed(AT, (newest,), (replace(newest, labels=value(0.6, "").labels),))}
    )
    assert check_of(given, by).outcome is Outcome.PASS
    given = replace(given, recomputed={"x": Recomputed(AT, (newest,), ())})
    assert check_of(given, by).doubts[0].reason is Reason.FOREIGN


def test_a_rule_that_cannot_be_evaluated_again_is_unhealthy() -> None:
    """The server's own words are in the detail."""
    check = check_of(evidence(recomputed={"x": Recomputed(AT, failed="many-to-many")}), policy("x >= 0.5"))
    assert (check.outcome, check.doubts[0].reason) == (Outcome.UNKNOWN, Reason.RULE_UNHEALTHY)
    assert "many-to-many" in check.detail


def test_no_answer_is_a_doubt_of_every_signal() -> None:
    """Nothing is recomputed then."""
    check = check_of(evidence(recomputed=Unread("the rules, evaluated once more", "slow")), policy("x >= 0.5"))
    assert check.doubts[0].reason is Reason.UNREACHABLE


def test_a_signal_that_can_make_a_go_is_asked_for() -> None:
    """Its conditions are chained, and everything is moved to the time of its newest sample."""
    by = policy("x >= 0.5", "x <= 1 for 5m", "falling(x, 5m)", "x >= 0.5")
    (asked,) = recomputations(by, evidence())
    assert (asked.signal, asked.at) == ("x", AT)
    assert asked.exceptions == (
        '(duri_x{metric_realm="prod"} @ 1789999990.000 unless '
        '((raw_x{metric_realm="prod"} @ 1789999990.000 >= 0.5) <= 1))'
    )
    assert asked.values == (
        '(raw_x{metric_realm="prod"} @ 1789999990.000 and duri_x{metric_realm="prod"} @ 1789999990.000)'
    )


def test_the_labels_of_the_signal_narrow_the_question() -> None:
    """A name that old servers cannot read is left out: the answer then has more series."""
    by = policy("x >= 0.5", realm=None, signals={"x": Signal("x", "duri_x", labels={"slo": "a", "a.b": "c"})})
    (asked,) = recomputations(by, evidence())
    assert asked.exceptions.startswith('(duri_x{slo="a"} @ ')


def test_only_signals_that_can_make_a_go_are_asked_for() -> None:
    """A share of the certificate counts. A warning, a raw signal and a signal without a sample do not."""
    warning = replace(policy(), gates=(Gate("g", (), warn=policy("x == 1").gates[0].require),))
    assert recomputations(warning, evidence()) == ()
    certified = replace(warning, dry_run=DryRun(certify=(parse_criterion("share(x == 1) >= 0.9"),)))
    assert [asked.signal for asked in recomputations(certified, evidence())] == ["x"]
    certified = replace(warning, dry_run=DryRun(certify=(parse_criterion("mean(x) >= 0.9"),)))
    assert recomputations(certified, evidence()) == ()
    by = policy("x == 1")
    assert recomputations(by, evidence(rules=())) == ()
    assert recomputations(by, evidence(ranges={"x": ()})) == ()
    assert recomputations(by, evidence(samples("duri_x", realm="dev"))) == ()
    for odd in ({"rules": Unread("q", "w")}, {"ranges": Unread("q", "w")}):
        assert recomputations(by, evidence(**odd)) == ()


@pytest.mark.parametrize("expression", ["sum(", "duri_x + 1"])
def test_a_rule_with_a_doubt_of_its_own_is_not_asked_for(expression: str) -> None:
    """It cannot be read, or reads itself."""
    assert recomputations(policy("x == 1"), evidence(rules=(loaded(rule("duri_x", expression)),))) == ()


def test_a_very_long_expression_reads_what_is_recorded() -> None:
    """The rules under the rule would make it longer than a server reads."""
    below = rule("below", f'raw_x{{a="{"a" * LONGEST}"}}')
    top = rule("duri_x", "below")
    (asked,) = recomputations(policy("x == 1"), evidence(rules=(loaded(below, top),)))
    assert asked.exceptions == '(duri_x{metric_realm="prod"} @ 1789999990.000 unless (below @ 1789999990.000 == 1))'


def test_fresh_values_are_needed_only_where_exceptions_do_not_explain_themselves() -> None:
    """A recorded value that fails the only comparison is a violation."""
    (one,) = recomputations(policy("x >= 0.5"), evidence())
    assert needs_values(one, (value(0.75),))
    assert not needs_values(one, (value(0.25),))
    assert not needs_values(one, ())
    (two,) = recomputations(policy("x >= 0.5", "x <= 1"), evidence())
    assert needs_values(two, (value(0.25),))
    assert not needs_values(two, ())
    (either,) = recomputations(policy("x >= 0.5 or falling(x, 5m)"), evidence())
    assert needs_values(either, (value(0.25),))
    none = Recomputation("x", AT, (), "", "")
    assert needs_values(none, (value(1.0),))


def test_a_condition_with_or_passes_by_its_other_term() -> None:
    """Kleene's logic: what is unknown of one term does not matter if another one is true."""
    by = policy("x >= 0.5 or y >= 0.5")
    given = exceptional(value(1.0))
    assert check_of(given, by).outcome is Outcome.PASS


def expressed(text: str, *required: str) -> Policy:
    """Build a policy whose signal ``e`` is an expression."""
    e = Signal("e", evaluated_metric("e"), expression=text, interval=timedelta(seconds=30))
    return policy(*(required or ("e <= 0.5",)), signals={"e": e})


def results(number: float = 0.25) -> Evidence:
    """Return healthy evidence with a result of the expression."""
    found = samples("signal e", number, source={})
    made = evidence()
    assert not isinstance(made.instant, Unread)
    return replace(made, ranges={"e": (found,)}, instant=(*made.instant, at_now(found)))


def test_an_expression_is_evaluated_again_without_the_recorded_series() -> None:
    """The rules take the place of the series that they record."""
    (asked,) = recomputations(expressed("max by (metric_realm) (duri_x)"), results())
    plain = "max by (metric_realm) (duri_x @ 1789999990.000)"
    fresh = 'max by (metric_realm) (raw_x{metric_realm="prod"} @ 1789999990.000 and duri_x @ 1789999990.000)'
    assert (asked.signal, asked.exceptions) == ("e", f"({plain} unless ({fresh} <= 0.5))")
    assert asked.values == f"({fresh} and {plain})"


@pytest.mark.parametrize("text", ["max by (metric_realm) (raw_x)", "sum by (metric_realm) (duri_x) default 0"])
def test_an_expression_without_recorded_series_is_fresh_already(text: str) -> None:
    """It reads raw series alone, or cannot be read. A count of alerts reads no recorded series either."""
    assert recomputations(expressed(text), results()) == ()
    pages = Signal("e", evaluated_metric("e"), alerts={}, interval=timedelta(seconds=30))
    assert recomputations(policy("e <= 0.5", signals={"e": pages}), results()) == ()


def test_a_recorded_series_under_an_expression_can_be_foreign() -> None:
    """The recorded value passes, and that of the rules does not."""
    by = expressed("max by (metric_realm) (duri_x)")
    assert check_of(results(), by).outcome is Outcome.PASS
    labels = {"metric_realm": "prod"}
    exception, fresh = Series(labels, (AT,), (0.25,)), Series(labels, (AT,), (0.75,))
    check = check_of(replace(results(), recomputed={"e": Recomputed(AT, (exception,), (fresh,))}), by)
    assert (check.outcome, check.doubts[0].reason) == (Outcome.UNKNOWN, Reason.FOREIGN)
    assert check.detail.startswith(
        "signal e is 0.25 by the recorded series that its expression reads, and 0.75 by the rules of these series"
    )
