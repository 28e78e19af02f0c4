"""The abort conditions that are true, and since when."""

from __future__ import annotations

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.outcome import Reason
from gonogo.model.policy import Gate, Policy
from gonogo.model.series import Series
from gonogo.verdict.core.reading import Readings
from gonogo.verdict.core.violations import Because, Violation, violations
from tests.evidence_builder import NOW, evidence, policy, samples


def aborting(*texts: str, subjects: tuple[str, ...] = ()) -> Policy:
    """Make a policy whose only gate aborts on these conditions."""
    return policy(subjects=subjects, gates=(Gate("g", (), abort=tuple(map(parse_condition, texts))),))


def found(by: Policy, *series: Series, unknown_for: float | None = None) -> tuple[Violation, ...]:
    """Return the violations. ``unknown_for`` is the time that a watch has counted for ``x``."""
    readings = Readings(by, evidence(*series))
    subjects = readings.subjects(["x", "y", "shared"])
    if unknown_for is not None:
        readings.count({("x", subject, 0): unknown_for for subject in subjects})
    return violations(by, readings, subjects, NOW)


def test_violations_are_the_true_abort_conditions() -> None:
    """Only a true abort condition is a violation, with the name of its gate."""
    by = aborting("x != 1", "y == 0 or x < 0.5")
    assert found(by) == ()
    made = found(by, samples("duri_x", 0.0), samples("duri_y"))
    assert [(one.gate, one.check.condition) for one in made] == [("g", "x != 1"), ("g", "y == 0 or x < 0.5")]
    assert {one.because for one in made} == {Because.VIOLATED}


@pytest.mark.parametrize(
    ("condition", "values", "age"),
    [
        ("x == 0", {20.0: 0.0, 50.0: 1.0, 80.0: 0.0}, 20),
        ("x == 0 for 1m", {10.0 + 30 * n: float(n >= 5) for n in range(20)}, 130),
        ("x == 0", {10.0: 0.0, 40.0: 0.0, 200.0: 0.0}, 40),
        ("falling(x, 5m)", {10.0 + 30 * n: 0.05 * n for n in range(20)}, 300),
        ("y == 0 or x == 0", {20.0: 0.0, 50.0: 0.0, 80.0: 1.0}, 50),
    ],
)
def test_a_violation_has_the_time_since_when_it_is_true(condition: str, values: dict[float, float], age: int) -> None:
    """The samples before an opposite value, or before a gap, do not count."""
    (one,) = found(aborting(condition), samples("duri_x", values), samples("duri_y"))
    assert NOW - one.since == age


def test_an_unknown_that_lasts_is_a_violation_of_its_own_kind() -> None:
    """The detail has the reason. A signal that is known, or was so a while ago, is none."""
    by = aborting("unknown(x) for 5m")
    assert found(by, samples("duri_x"), unknown_for=0.0) == ()
    assert found(by, samples("duri_y"), unknown_for=299.9) == ()
    (one,) = found(by, samples("duri_y"), unknown_for=300.0)
    assert (one.because, one.since, one.check.doubts) == (Because.UNKNOWN, NOW - 300, ())
    assert one.check.detail.startswith("x has been unknown for 300 s without a break: [absent] ")


def test_a_measured_violation_comes_before_an_unknown_one() -> None:
    """Both terms of an ``or`` are true."""
    (one,) = found(aborting("unknown(x) for 5m or y == 0"), samples("duri_y", {10.0: 0.0}), unknown_for=400.0)
    assert (one.because, one.since) == (Because.VIOLATED, NOW - 10)


def test_an_unknown_under_or_is_known_to_a_watch() -> None:
    """The other term stays UNKNOWN, so the condition is not true, and the reason is that of the signal."""
    by = aborting("unknown(x) for 5m or x > 0.5")
    assert found(by, samples("duri_y"), unknown_for=10.0) == ()
    (one,) = found(by, samples("duri_x"), unknown_for=0.0)
    assert one.because is Because.VIOLATED


def test_each_subject_has_its_violations_and_a_shared_signal_has_one() -> None:
    """The labels are those of the subject."""
    by = aborting("x == 0", "shared == 0", subjects=("service",))
    bad = [samples("duri_x", 0.0, service=name) for name in "ab"]
    made = found(by, *bad, samples("duri_shared", 0.0, source={}))
    assert [(one.check.condition, one.subject) for one in made] == [
        ("x == 0", {"service": "a"}),
        ("shared == 0", {}),
        ("x == 0", {"service": "b"}),
    ]


def test_a_histogram_is_unknown_for_any_reason() -> None:
    """Every reason counts: here a value outside the range."""
    (one,) = found(aborting("unknown(x) for 1m"), samples("duri_x", 7.0), unknown_for=60.0)
    assert f"[{Reason.OUT_OF_RANGE}]" in one.check.detail
