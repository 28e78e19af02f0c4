"""The way from checks to gates, subjects and the whole verdict."""

from datetime import timedelta

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import GateOutcome, Outcome, Reason
from gonogo.model.policy import Gate, Policy, Runs
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.verdict import judge, without_steps
from tests.evidence_builder import NOW, RULES, at_now, evidence, loaded, policy, samples


def test_no_gate_at_all_is_hold() -> None:
    """Without a gate nothing is proved."""
    assert judge(policy(gates=()), evidence(), NOW).verdict is Verdict.HOLD


def test_a_gate_without_conditions_is_hold() -> None:
    """An empty list proves nothing either."""
    assert judge(policy(), evidence(), NOW).verdict is Verdict.HOLD


def test_one_failure_is_no_go_beside_unknown_conditions() -> None:
    """FAIL counts more than UNKNOWN."""
    given = evidence(samples("duri_x", 0.0))
    judged = judge(policy("x == 1", "y == 1"), given, NOW)
    assert judged.verdict is Verdict.NO_GO
    assert [c.outcome for c in judged.subjects[0].gates[0].checks] == [Outcome.FAIL, Outcome.UNKNOWN]
    assert "does not meet x == 1" in judged.subjects[0].gates[0].checks[0].detail


def test_an_earlier_violation_is_named_with_its_time() -> None:
    """The newest sample may meet the condition, so the detail names the sample that does not."""
    given = evidence(samples("duri_x", {**{30.0 * n: 1.0 for n in range(14)}, 90.0: 0.5}))
    (check,) = judge(policy("x == 1 for 5m"), given, NOW).subjects[0].gates[0].checks
    assert (check.outcome, check.value) == (Outcome.FAIL, 1.0)
    assert check.detail == "duri_x was 0.5 until 90 s ago, and x == 1 since; 300 s are asked"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.7678947368421076, "0.767895"), (0.6000000000001, "a little over 0.6"), (1.0, "1")]
)
def test_a_value_is_written_with_six_digits_that_do_not_contradict(value: float, shown: str) -> None:
    """The exact value is in the field ``value``."""
    (check,) = judge(policy("x <= 0.6"), evidence(samples("duri_x", value)), NOW).subjects[0].gates[0].checks
    assert (check.outcome, check.value) == (Outcome.FAIL, value)
    assert check.detail == f"duri_x is {shown}, which does not meet x <= 0.6"


def test_or_lists_its_terms() -> None:
    """One true term is enough, and every term is shown."""
    given = evidence(samples("duri_x"))
    (check,) = judge(policy("y == 1 or x == 1"), given, NOW).subjects[0].gates[0].checks
    assert (check.outcome, len(check.terms)) == (Outcome.PASS, 2)
    assert check.value == 1.0
    assert check.terms[0].doubts[0].reason is Reason.ABSENT


def test_or_of_failure_and_unknown_is_unknown() -> None:
    """An unknown term may be true. The reasons are those of the unknown terms."""
    given = evidence(samples("duri_x", 0.0))
    (check,) = judge(policy("y == 1 or x == 1"), given, NOW).subjects[0].gates[0].checks
    assert check.outcome is Outcome.UNKNOWN
    assert check.doubts[0].reason is Reason.ABSENT
    (check,) = judge(policy("x == 1 or x > 0.5"), given, NOW).subjects[0].gates[0].checks
    assert check.outcome is Outcome.FAIL


def test_each_label_set_is_required() -> None:
    """Each SLO is one series. A missing series holds, and a bad one fails."""
    by = policy("x <= 0.6")
    by = replace(by, signals={"x": replace(by.signals["x"], each=({"slo": "a"}, {"slo": "b"}))})
    good, bad = samples("duri_x", 0.5, slo="a"), samples("duri_x", 0.7, slo="b")
    assert judge(by, evidence(good), NOW).verdict is Verdict.HOLD
    assert judge(by, evidence(good, bad), NOW).verdict is Verdict.NO_GO
    assert judge(by, evidence(good, samples("duri_x", 0.5, slo="b")), NOW).verdict is Verdict.GO


def test_for_and_falling_read_the_past() -> None:
    """A gap or a short history is gappy."""
    steady, young = samples("duri_x", 1.0), samples("duri_x", 1.0, history=120)
    sinking = samples("duri_x", {30.0 * n + 10: n / 100 for n in range(61)})
    holey = samples("duri_x", {30.0 * n + 10: 1.0 for n in range(20) if not 3 < n < 9})

    def outcome(text: str, series: object) -> tuple[Outcome, list[Reason]]:
        (check,) = judge(policy(text), evidence(series), NOW).subjects[0].gates[0].checks  # type: ignore[arg-type]
        return check.outcome, [doubt.reason for doubt in check.doubts]

    assert outcome("x == 1 for 5m", steady) == (Outcome.PASS, [])
    assert outcome("x == 0 for 5m", steady) == (Outcome.FAIL, [])
    assert outcome("x == 1 for 5m", young) == (Outcome.UNKNOWN, [Reason.GAPPY])
    assert outcome("x == 1 for 5m", holey) == (Outcome.UNKNOWN, [Reason.GAPPY])
    assert outcome("falling(x, 30m)", sinking) == (Outcome.PASS, [])
    assert outcome("falling(x, 30m)", steady) == (Outcome.FAIL, [])


def test_a_known_time_shorter_than_the_duration_is_unknown() -> None:
    """There are enough samples, but they do not cover the duration."""
    late = samples("duri_x", {30.0 * n + 10: 1.0 for n in range(9)})
    (check,) = judge(policy("x == 1 for 5m"), evidence(late), NOW).subjects[0].gates[0].checks
    assert (check.outcome, check.doubts[0].reason) == (Outcome.UNKNOWN, Reason.GAPPY)


def test_warnings_never_change_a_verdict() -> None:
    """A true ``warn`` is shown, and an unknown one is not."""
    gate = Gate("g", (parse_condition("x == 1"),), warn=(parse_condition("x > 0.5"), parse_condition("y > 2")))
    judged = judge(policy(gates=(gate,)), evidence(), NOW)
    assert judged.verdict is Verdict.GO
    assert [w.condition for w in judged.subjects[0].gates[0].warnings] == ["x > 0.5"]
    assert judge(policy(gates=(gate,)), evidence(), NOW, asked=ASK_ALWAYS[:1]).subjects[0].gates[0].warnings == ()


def test_decide_says_unknown_for_only_where_the_samples_show_it() -> None:
    """One look cannot count. The age of the newest sample can show that a signal has been UNKNOWN for long enough."""
    gate = Gate("g", (parse_condition("y == 1"),), warn=(parse_condition("unknown(x) for 2m"),))
    by = policy(gates=(gate,))
    old = {190.0 + 30 * n: 1.0 for n in range(20)}
    for ages, shown in (({20.0: 1.0}, []), ({100.0: 1.0, 130.0: 1.0}, []), (old, ["unknown(x) for 2m"])):
        judged = judge(by, evidence(samples("duri_y"), samples("duri_x", ages)), NOW)
        assert [w.condition for w in judged.subjects[0].gates[0].warnings] == shown
    detail = judged.subjects[0].gates[0].warnings[0].detail
    assert detail.startswith(
        "x has been unknown for 125 s without a break: [stale, gappy] the newest sample of duri_x is 190.0"
    )


def test_the_worst_subject_decides() -> None:
    """Each subject is judged by its own series, and shared signals by all."""
    by = policy("x == 1", "shared == 1", subjects=("service",))
    good, bad = samples("duri_x", service="a"), samples("duri_x", 0.0, service="b")
    shared = samples("duri_shared", source={})
    judged = judge(by, evidence(good, bad, shared), NOW)
    assert judged.verdict is Verdict.NO_GO
    assert {s.labels["service"]: s.verdict for s in judged.subjects} == {"a": Verdict.GO, "b": Verdict.NO_GO}


def test_a_vanished_subject_is_judged() -> None:
    """A subject that was seen within a day and is missing now is HOLD. It may be gone on purpose."""
    by = policy("x == 1", subjects=("service",))
    given = evidence(samples("duri_x", service="a"), vanished=({"service": "b"}, {"team": "none"}))
    judged = judge(by, given, NOW)
    assert {s.labels["service"]: s.verdict for s in judged.subjects} == {"a": Verdict.GO, "b": Verdict.HOLD}
    assert judged.subjects[1].gates[0].checks[0].detail == (
        "the server has no series duri_x{service='b'}, but its subject was there within 24 h; bring back what exported "
        "it, or, if it was taken away on purpose, delete its series on the server, or wait until they are 24 h old"
    )


def test_a_subject_signal_without_the_label_is_absent_for_each_subject() -> None:
    """A series that names no subject is evidence for no subject."""
    by = policy("x == 1", "y == 1", subjects=("service",))
    given = evidence(samples("duri_x", service="a"), samples("duri_y"))
    checks = judge(by, given, NOW).subjects[0].gates[0].checks
    assert [check.outcome for check in checks] == [Outcome.PASS, Outcome.UNKNOWN]
    assert checks[1].doubts[0].reason is Reason.ABSENT


def test_no_subject_at_all_is_hold_with_its_reasons() -> None:
    """Without a subject each condition is shown once, as UNKNOWN."""
    by = policy("x == 1", subjects=("service",))
    judged = judge(by, evidence(samples("duri_x")), NOW)
    assert judged.verdict is Verdict.HOLD
    assert judged.subjects[0].labels == {}
    unread = Unread("everything", "refused")
    judged = judge(by, evidence(ranges=unread, instant=unread, vanished=unread), NOW)
    assert judged.subjects[0].gates[0].checks[0].doubts[0].reason is Reason.UNREACHABLE


def test_signal_labels_select_the_series() -> None:
    """A signal with labels of its own reads only series with these labels."""
    by = policy("x == 1")
    by = replace(by, signals={"x": replace(by.signals["x"], labels={"kind": "a"})})
    wanted, other = samples("duri_x", kind="a"), samples("duri_x", 0.0, kind="b")
    assert judge(by, evidence(wanted, other), NOW).verdict is Verdict.GO


def test_a_max_age_also_sets_the_window() -> None:
    """Samples are due in the whole window of the policy's ``max_age``."""
    by = policy("x == 1")
    by = replace(by, signals={"x": replace(by.signals["x"], max_age=timedelta(minutes=5))})
    sparse = samples("duri_x", {290: 1, 200: 1, 100: 1, 10: 1})
    (check,) = judge(by, evidence(sparse, instant=(at_now(sparse),)), NOW).subjects[0].gates[0].checks
    assert check.doubts[0].reason is Reason.GAPPY


def test_a_max_age_asks_for_no_history() -> None:
    """A series that has just begun is not held for longer because the policy allows its samples to be older."""
    by = policy("x == 1")
    by = replace(by, signals={"x": replace(by.signals["x"], max_age=timedelta(minutes=5))})
    young = samples("duri_x", {40: 1, 10: 1})
    assert judge(by, evidence(young, instant=(at_now(young),)), NOW).verdict is Verdict.GO


def test_a_condition_without_a_duration_asks_for_no_history() -> None:
    """A series that has just begun is known, also where the slack of the usual age is many intervals long."""
    second = timedelta(seconds=1)
    given = {"rules": (loaded(*RULES, interval=second),), "files": (RuleGroup("duri", RULES, second),)}
    quick = evidence(samples("duri_x", {0.5: 1.0}), **given)
    assert judge(policy("x == 1"), quick, NOW).verdict is Verdict.GO
    assert judge(policy("x == 1 for 3s"), quick, NOW).verdict is Verdict.HOLD


def test_a_dense_but_short_history_is_gappy() -> None:
    """Many samples do not replace the time that was not watched."""
    dense = samples("duri_x", {10.0 * n: 1.0 for n in range(12)})
    (check,) = judge(policy("x == 1 for 5m"), evidence(dense), NOW).subjects[0].gates[0].checks
    assert check.doubts[0].reason is Reason.GAPPY
    assert "history of 110 s" in check.detail


PASSED = Runs(required=("obs-lint",))
REFUSED = Unread("the samples", "refused")
DEAD = evidence(
    ranges=REFUSED,
    instant=REFUSED,
    rules=REFUSED,
    targets=REFUSED,
    pushes=REFUSED,
    origins=REFUSED,
    vanished=REFUSED,
)
SHARED = evidence(samples("duri_shared", source={}))


def held(by: Policy, given: Evidence, gate: str) -> GateOutcome:
    """Check that the verdict is HOLD, and return the gate with the cause."""
    judged = judge(by, given, NOW)
    assert judged.verdict is Verdict.HOLD
    (subject,) = judged.subjects
    return next(found for found in subject.gates if found.gate == gate)


def reasons(gate: GateOutcome) -> list[Reason]:
    """Return the reasons of a gate's only check."""
    (check,) = gate.checks
    assert (gate.outcome, check.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert check.detail == check.doubts[0].detail
    return [doubt.reason for doubt in check.doubts]


@pytest.mark.parametrize("subjects", [(), ("service",)])
def test_passed_runs_alone_are_hold_on_a_dead_server(subjects: tuple[str, ...]) -> None:
    """The policy has no gate. The server that did not answer is the first reason."""
    by = policy(gates=(), runs=PASSED, subjects=subjects)
    assert reasons(held(by, DEAD, "gates")) == [Reason.UNREACHABLE, Reason.ABSENT]


@pytest.mark.parametrize("gates", [(), (Gate("g", (), warn=(parse_condition("x == 1"),)),)])
def test_passed_runs_alone_are_hold_on_a_healthy_server(gates: tuple[Gate, ...]) -> None:
    """No gate requires anything of a series, and the detail says so."""
    gate = held(policy(gates=gates, runs=PASSED), evidence(), "gates")
    assert reasons(gate) == [Reason.ABSENT]
    assert "no gate of the policy requires anything" in gate.checks[0].detail


def test_shared_signals_alone_are_hold_without_the_subjects_of_the_policy() -> None:
    """The policy names subjects, and none is seen. The verdict is HOLD, although every condition passes."""
    gate = held(policy("shared == 1", subjects=("service",)), SHARED, "subjects")
    assert reasons(gate) == [Reason.ABSENT]
    assert "by service, now or within a day" in gate.checks[0].detail


def test_without_subjects_in_the_policy_shared_signals_are_enough() -> None:
    """Without subject labels there is one subject without a name."""
    judged = judge(policy("shared == 1"), SHARED, NOW)
    assert judged.verdict is Verdict.GO
    assert [gate.gate for gate in judged.subjects[0].gates] == ["g"]


def test_a_violated_condition_is_no_go_with_or_without_subjects() -> None:
    """A violated condition stays NO-GO."""
    assert judge(policy("shared > 1", subjects=("service",)), SHARED, NOW).verdict is Verdict.NO_GO


def judgement(*verdicts: Verdict) -> Judgement:
    """Make a judgement of subjects with these verdicts."""
    gate = GateOutcome("gate", Outcome.PASS, ())
    subjects = tuple(SubjectVerdict({"service": str(n)}, verdict, (gate,)) for n, verdict in enumerate(verdicts))
    return Judgement(max(verdicts, key=list(Verdict).index), 1_700_000_000.0, subjects)


@pytest.mark.parametrize(
    ("before", "after"),
    [(Verdict.GO, Verdict.HOLD), (Verdict.HOLD, Verdict.HOLD), (Verdict.NO_GO, Verdict.NO_GO)],
)
def test_a_step_that_did_not_pass_holds_every_subject(before: Verdict, after: Verdict) -> None:
    """No subject is GO without the step. NO-GO stays, and each subject has a check with the cause."""
    held = without_steps(judgement(before, Verdict.GO), [("two-beats", "beat 7 did not arrive")])
    assert held.verdict is after
    assert [subject.verdict for subject in held.subjects] == [after, Verdict.HOLD]
    for subject in held.subjects:
        gate = subject.gates[-1]
        assert (gate.gate, gate.outcome) == ("dry-run", Outcome.UNKNOWN)
        assert gate.checks[0].doubts[0].reason is Reason.NO_RECORD
        assert gate.checks[0].condition == "two-beats passed"
        assert gate.checks[0].detail == "beat 7 did not arrive; fix the cause and run the dry run again"


def test_passed_steps_do_not_change_the_verdict() -> None:
    """The verdict is that of decide."""
    assert without_steps(judgement(Verdict.GO), []) == judgement(Verdict.GO)
