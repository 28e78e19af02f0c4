"""Tests of laws of a watch, over policies with ``or``, ``for``, ``unknown`` and several subjects."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.policy import DryRun, Policy
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.abort import abort_of
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.core.violations import Because
from gonogo.verdict.core.watch import WatchStep, take_step
from tests.evidence_builder import NOW, evidence, samples
from tests.properties.test_verdict_laws import cases, evidences, outcomes

DRY_RUN = DryRun(step=timedelta(seconds=15), blind=timedelta(minutes=2))
HELD = 60

aborts = st.lists(
    st.sampled_from(["x < 0.5", "unknown(x) for 1m", "unknown(y) for 1m or y < 0.5", "unknown(shared) for 1m"]),
    max_size=2,
).map(lambda texts: tuple(map(parse_condition, texts)))


@st.composite
def watches(draw: st.DrawFn) -> tuple[Policy, list[Evidence]]:
    """Draw a policy with aborts, and the evidence of some steps."""
    by, first = draw(cases())
    gates = tuple(replace(gate, abort=draw(aborts)) for gate in by.gates)
    names = ("a", "b", "c") if by.subjects else ("a",)
    unread = Unread("the samples", "refused")
    lost = replace(evidence(), ranges=unread, instant=unread, vanished=unread)
    more = draw(st.lists(st.one_of(evidences(names, tiers=False), st.just(lost), st.just(first)), max_size=12))
    return replace(by, gates=gates, dry_run=DRY_RUN), [first, *more]


def taken(by: Policy, told: list[Evidence]) -> list[WatchStep]:
    """Take a step for each evidence, every 15 s."""
    steps: list[WatchStep] = []
    for place, seen in enumerate(told):
        steps.append(take_step(by, seen, 15.0 * place, steps[-1] if steps else None))
    return steps


@settings(max_examples=40)
@given(watches())
def test_the_verdict_of_a_step_is_that_of_decide(case: tuple[Policy, list[Evidence]]) -> None:
    """The steps before it change only the warnings with ``unknown``, never an outcome."""
    by, told = case
    steps = [step.judgement for step in taken(by, told)]
    alone = [judge(by, seen, NOW, asked=ASK_ALWAYS) for seen in told]
    assert [one.verdict for one in steps] == [one.verdict for one in alone]
    assert [outcomes(one) for one in steps] == [outcomes(one) for one in alone]


@settings(max_examples=40)
@given(watches())
def test_blindness_ends_only_a_step_that_is_not_known(case: tuple[Policy, list[Evidence]]) -> None:
    """An abort has a true condition, or the verdict has been HOLD without a break for ``blind``."""
    by, told = case
    steps = taken(by, told)
    for place, step in enumerate(steps):
        abort = abort_of(step, by)
        if abort is not None and abort.gate is None:
            held = [one for one in steps[: place + 1] if step.at - one.at <= DRY_RUN.blind.total_seconds()]
            assert {one.judgement.verdict for one in held} == {Verdict.HOLD}
            assert abort.because is Because.UNKNOWN
        elif abort is not None:
            assert step.violations
    assert all(step.blind_since is None for step in steps if step.judgement.verdict is not Verdict.HOLD)


@settings(max_examples=40)
@given(watches(), st.integers(0, 12))
def test_a_known_step_starts_the_count_of_unknown_again(case: tuple[Policy, list[Evidence]], place: int) -> None:
    """Beside a step in which everything is known, no signal was unknown for a minute."""
    by, told = case
    both, names = ("duri_x", "duri_y"), ("a", "b", "c") if by.subjects else ("a",)
    good = [samples(metric, tier="gold", service=name) for metric in both for name in names]
    known = evidence(*good, samples("duri_shared", source={}))
    place %= len(told)
    steps = taken(by, [*told[:place], known, *told[place:]])
    assert steps[place].unknown == {}
    near = [one for one in steps[place:] if one.at - steps[place].at < HELD]
    unknown = [v for one in near for v in one.violations if v.because is Because.UNKNOWN]
    assert unknown == []
