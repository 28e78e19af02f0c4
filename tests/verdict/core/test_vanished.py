"""A subject is there by a series that is judged, and by no other of its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.gate import Gate
from gonogo.model.policy import Policy
from gonogo.model.series import Series
from gonogo.verdict.core.vanished import missing_subjects, required_signals
from tests.evidence_builder import at_now, policy, samples

A, B = {"service": "a"}, {"service": "b"}


def fleet(**labels: str) -> Policy:
    """Build a policy over services whose signal ``x`` asks for these labels."""
    by = policy("x == 1", "shared == 1", subjects=("service",))
    return replace(by, signals={**by.signals, "x": replace(by.signals["x"], labels=labels)})


def newest(metric: str, service: str, realm: str | None = "prod", **labels: str) -> Series:
    """Give a newest sample."""
    series = samples(metric, realm=realm, service=service)
    return at_now(replace(series, labels={**series.labels, **labels}))


@pytest.mark.parametrize(
    "elsewhere",
    [
        newest("duri_x", "b", realm="dev"),
        newest("duri_x", "b", realm=None),
        newest("duri_y", "b"),
        newest("duri_shared", "b"),
        newest("beat_ts", "b"),
        newest("duri_x", "", other="b"),
    ],
)
def test_its_name_elsewhere_is_not_its_presence(elsewhere: Series) -> None:
    """A series in another realm, or in a signal that is not required or not of subject scope, does not count."""
    there = (newest("duri_x", "a"), elsewhere)
    assert missing_subjects(fleet(), (A, B), there) == (B,)
    assert missing_subjects(fleet(), (A, B), (*there, newest("duri_x", "b"))) == ()


def test_a_series_that_the_signal_does_not_mean_is_not_its_presence() -> None:
    """Only series with the signal's labels count, for each signal of the metric."""
    by = fleet(tier="gold")
    silver, gold = newest("duri_x", "b", tier="silver"), newest("duri_x", "b", tier="gold")
    assert missing_subjects(by, (B,), (silver,)) == (B,)
    assert missing_subjects(by, (B,), (silver, gold)) == ()
    wide = replace(by.signals["x"], name="wide", labels={})
    both = replace(
        by, signals={**by.signals, "wide": wide}, gates=(*by.gates, Gate("h", (parse_condition("wide > 0"),)))
    )
    assert missing_subjects(both, (B,), (silver,)) == ()


def test_without_a_realm_every_realm_counts() -> None:
    """A system without the label has no other."""
    assert missing_subjects(replace(fleet(), realm=None), (B,), (newest("duri_x", "b", realm="dev"),)) == ()


def test_a_candidate_without_a_name_is_nobody() -> None:
    """Labels that do not name a subject are left out."""
    assert missing_subjects(fleet(), ({}, {"service": ""}, {"team": "t"}), ()) == ()


def test_signals_of_requirements_alone_show_subjects() -> None:
    """The signals of warnings and aborts, and shared signals, do not show subjects."""
    gate = Gate("g", (parse_condition("x == 1 or shared > 0"),), warn=(parse_condition("y == 1"),))
    assert [signal.name for signal in required_signals(policy(gates=(gate,)))] == ["x"]
