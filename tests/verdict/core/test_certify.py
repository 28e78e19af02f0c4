"""The certificate of a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.condition import parse_criterion
from gonogo.model.outcome import GateOutcome, JudgedCondition, Outcome, all_of
from gonogo.model.policy import DryRun
from gonogo.model.verdict import Judgement, SubjectVerdict, of_outcome
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.certify import Certificate, CriterionResult, certify, enter
from gonogo.verdict.core.reading import SeriesKey
from gonogo.verdict.core.watch import Recent, WatchStep

PASS, FAIL, UNKNOWN = Outcome
NOW = 1_700_000_000.0

outcomes = st.sampled_from([PASS, FAIL, UNKNOWN])


def dry_run(*criteria: str, every: int = 15) -> DryRun:
    """Make the keys of a dry run with these criteria."""
    return DryRun(step=timedelta(seconds=every), certify=tuple(parse_criterion(text) for text in criteria))


def step(
    at: float,
    *required: Outcome,
    shares: Mapping[tuple[str, Key], Outcome] | None = None,
    recent: Mapping[SeriesKey, Recent] | None = None,
    labels: dict[str, str] | None = None,
) -> WatchStep:
    """Make a step with one gate of these outcomes. Without outcomes the gate has one PASS."""
    checks = tuple(JudgedCondition(f"x{n} == 1", outcome) for n, outcome in enumerate(required or (PASS,)))
    gate = GateOutcome("gate", all_of(check.outcome for check in checks), checks)
    verdict = of_outcome(gate.outcome)
    return WatchStep(
        at,
        Judgement(verdict, NOW + at, (SubjectVerdict(labels or {}, verdict, (gate,)),)),
        (),
        shares or {},
        recent or {},
    )


def certificate(asked: DryRun, *steps: WatchStep) -> Certificate:
    """Enter all the steps and close the ledger."""
    ledger = None
    for one in steps:
        ledger = enter(ledger, one, asked)
    assert ledger is not None
    return certify(ledger, asked)


def finding(asked: DryRun, *steps: WatchStep) -> CriterionResult:
    """Return the result of the first criterion."""
    return certificate(asked, *steps).findings[0]


def shared(*told: tuple[float, Outcome]) -> list[WatchStep]:
    """Make steps that have only the outcome of the condition ``x == 1`` of a share."""
    return [step(at, shares={("x == 1", ()): outcome}) for at, outcome in told]


def test_one_step_certifies_nothing() -> None:
    """A run without time proves nothing, even if all of it passed."""
    made = certificate(dry_run("share(x == 1) >= 0.5"), *shared((0, PASS)))
    assert made.outcome is UNKNOWN
    assert [found.outcome for found in made.findings] == [UNKNOWN, PASS, UNKNOWN]


def test_a_requirement_that_fails_at_the_end_is_no_certificate() -> None:
    """A requirement that fails in the last step prevents the certificate, and is named."""
    steps = [step(15 * n, PASS, PASS) for n in range(1000)]
    made = certificate(dry_run(), *steps, step(15_000, PASS, FAIL))
    assert made.outcome is FAIL
    assert "not in the last step: gate: x1 == 1" in made.findings[0].detail


def test_few_of_many_failing_requirements_are_named() -> None:
    """The detail names three requirements and the number of the others."""
    made = certificate(dry_run(), step(0.0), step(15.0, FAIL, FAIL, FAIL, FAIL, UNKNOWN))
    assert made.findings[0].detail.endswith("gate: x0 == 1, gate: x1 == 1, gate: x2 == 1 and 2 more")


@pytest.mark.parametrize(("missed", "expected"), [(1, PASS), (2, FAIL)])
def test_each_requirement_passes_in_99_percent_of_the_steps(missed: int, expected: Outcome) -> None:
    """A requirement may miss 1 of 100 steps, but not 2. Two requirements may miss a step each."""
    steps = [step(15 * n, UNKNOWN if n < missed else PASS, FAIL if n == 50 else PASS) for n in range(100)]
    made = certificate(dry_run(), *steps)
    assert made.findings[0].outcome is expected
    assert made.findings[0].value == 1 - missed / 100
    assert f"the least is {100 - missed} of 100 steps, gate: x0 == 1" in made.findings[0].detail


def test_the_steps_before_a_late_subject_count_against_it() -> None:
    """A subject that was not seen was not proved."""
    late = [step(15 * n) for n in range(50)] + [step(15 * n, labels={"service": "late"}) for n in range(50, 100)]
    made = certificate(dry_run(), *late)
    assert made.findings[0].outcome is FAIL
    assert made.findings[0].value == 0.5


def test_a_policy_that_requires_nothing_is_unknown() -> None:
    """Without a requirement the run proves nothing."""
    empty = [WatchStep(at, Judgement(of_outcome(UNKNOWN), NOW + at, ())) for at in (0.0, 15.0)]
    assert certificate(dry_run(), *empty).findings[0].outcome is UNKNOWN


@pytest.mark.parametrize(("gap", "expected"), [(30, PASS), (45, PASS), (46, FAIL)])
def test_99_percent_of_the_time_must_be_watched(gap: int, expected: Outcome) -> None:
    """A step counts for two steps at most. In a run of 1500 s a gap may leave 15 s unwatched."""
    steps = [step(float(at)) for at in range(0, 1500 - gap + 1, 15)]
    made = certificate(dry_run(), *steps, step(1500.0 if gap % 15 == 0 else steps[-1].at + gap))
    assert made.findings[-1].outcome is expected


def test_unknown_time_counts_against_a_lower_bound() -> None:
    """The share is the time of PASS in the whole time. FAIL, UNKNOWN and unwatched time count alike."""
    asked = dry_run("share(x == 1) >= 0.5")
    assert finding(asked, *shared((0, PASS), (10, UNKNOWN), (20, PASS))) == CriterionResult(
        "share(x == 1) >= 0.5", PASS, 0.5, ""
    )
    assert finding(asked, *shared((0, UNKNOWN), (10, FAIL), (20, PASS))).value == 0
    assert finding(asked, *shared((0, PASS), (60, PASS))).value == 0.5


def test_unknown_time_counts_against_an_upper_bound() -> None:
    """Unknown time counts as PASS against an upper bound."""
    asked = dry_run("share(x == 1) <= 0.5")
    assert finding(asked, *shared((0, UNKNOWN), (15, FAIL), (20, PASS))).value == 0.75
    assert finding(asked, *shared((0, FAIL), (15, PASS), (20, PASS))).outcome is PASS


def test_an_exact_share_needs_all_of_the_time_known() -> None:
    """With unknown time a share is neither equal nor unequal to the bound."""
    asked = dry_run("share(x == 1) != 0.5")
    assert finding(asked, *shared((0, UNKNOWN), (15, PASS), (20, PASS))).outcome is FAIL
    assert finding(asked, *shared((0, FAIL), (5, PASS), (20, PASS))).outcome is PASS
    assert finding(asked, *shared((0, FAIL), (10, PASS), (20, PASS))).outcome is FAIL


def test_a_share_that_was_never_judged_is_unknown() -> None:
    """Without a subject there is no number."""
    assert finding(dry_run("share(x == 1) >= 0"), step(0), step(15)).outcome is UNKNOWN


def test_the_worst_subject_decides() -> None:
    """A subject that came late has a lower share, and the lowest share counts."""
    both = [
        step(0, shares={("x == 1", ("a",)): PASS}),
        step(10, shares={("x == 1", ("a",)): PASS, ("x == 1", ("b",)): PASS}),
        step(20, shares={("x == 1", ("a",)): PASS}),
        step(40, shares={("x == 1", ("a",)): PASS}),
    ]
    assert finding(dry_run("share(x == 1) >= 0.9"), *both) == CriterionResult(
        "share(x == 1) >= 0.9", FAIL, 0.25, "the worst of 2"
    )


def test_a_mean_without_known_time_is_unknown() -> None:
    """The mean is UNKNOWN also if one subject of several has no known time."""
    asked = dry_run("mean(v) <= 0.2")
    assert finding(asked, step(0), step(15)).outcome is UNKNOWN
    seen = Recent((NOW,), (0.1,), 15.0, doubted=False)
    nothing = Recent((), (), 15.0, doubted=True)
    half: Mapping[SeriesKey, Recent] = {("v", ("a",), 0): seen, ("v", ("b",), 0): nothing}
    assert finding(asked, step(0, recent=half), step(15, recent=half)).outcome is UNKNOWN


@pytest.mark.parametrize(("value", "expected"), [(0.2, PASS), (0.20000001, FAIL)])
def test_a_mean_is_compared_exactly(value: float, expected: Outcome) -> None:
    """0.2 passes ``<= 0.2``, and a higher mean does not pass."""
    seen: Mapping[SeriesKey, Recent] = {("v", (), 0): Recent((NOW, NOW + 15), (value, value), 15.0, doubted=False)}
    found = finding(dry_run("mean(v) <= 0.2"), step(0, recent=seen), step(15, recent=seen))
    assert (found.outcome, found.value) == (expected, value)


def test_rises_are_counted_for_each_bound() -> None:
    """Two criteria over one signal count separately."""
    asked = dry_run("rises(v, 0.2) <= 0", "rises(v, 0.5) <= 0", "rises(w, 0.2) >= 0")
    seen: Mapping[SeriesKey, Recent] = {("v", (), 0): Recent((NOW, NOW + 15), (0.1, 0.4), 15.0, doubted=False)}
    found = certificate(asked, step(0, recent=seen), step(15, recent=seen)).findings
    assert [one.outcome for one in found[:3]] == [FAIL, PASS, UNKNOWN]
    assert [one.value for one in found[:3]] == [1, 0, None]


def test_a_good_run_is_certified_with_all_its_numbers() -> None:
    """Every criterion passes. The certificate has each value, the length and the number of steps."""
    asked = dry_run("share(x == 1) >= 0.999", "mean(v) <= 0.2", "rises(v, 0.2) <= 0")
    times = tuple(NOW + 15 * n for n in range(9))
    seen: Mapping[SeriesKey, Recent] = {("v", (), 0): Recent(times, tuple(0.1 for _ in times), 15.0, doubted=False)}
    steps = [step(15.0 * n, shares={("x == 1", ()): PASS}, recent=seen) for n in range(9)]
    made = certificate(asked, *steps)
    assert made.outcome is PASS
    assert [found.value for found in made.findings] == [1.0, 0.1, 0, 1.0, 1.0]
    assert (made.seconds, made.steps) == (120.0, 9)


@given(st.lists(outcomes, min_size=2, max_size=40), st.integers(0, 39))
def test_a_worse_step_never_improves_a_share(told: list[Outcome], place: int) -> None:
    """Law: a step that becomes UNKNOWN never raises the share."""
    asked = dry_run("share(x == 1) >= 0")
    worse = [*told]
    worse[place % len(told)] = UNKNOWN
    before = finding(asked, *shared(*((15.0 * n, outcome) for n, outcome in enumerate(told)))).value
    after = finding(asked, *shared(*((15.0 * n, outcome) for n, outcome in enumerate(worse)))).value
    assert before is not None
    assert after is not None
    assert after <= before


@given(st.lists(outcomes, min_size=2, max_size=200))
def test_a_certificate_needs_a_pass_in_the_last_step(told: list[Outcome]) -> None:
    """Law: a run is certified only if the last step and 99 % of all steps passed."""
    made = certificate(dry_run(), *(step(15.0 * n, outcome) for n, outcome in enumerate(told)))
    enough = told.count(PASS) >= 0.99 * len(told)
    assert (made.outcome is PASS) == (told[-1] is PASS and enough)


@given(st.lists(st.sampled_from([5.0, 10.0, 15.0, 30.0]), min_size=1, max_size=40))
def test_the_share_of_a_run_without_a_miss_is_exactly_one(gaps: list[float]) -> None:
    """Law: the share of the whole time is exactly 1, for steps at any times."""
    at, told = 0.0, [(0.0, PASS)]
    for gap in gaps:
        at += gap / 7
        told.append((at, PASS))
    assert finding(dry_run("share(x == 1) >= 1"), *shared(*told)).value == 1.0
