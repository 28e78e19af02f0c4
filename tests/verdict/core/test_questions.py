"""The questions for a verdict: few windows, names only, and every raw selector."""

from datetime import timedelta

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.policy import Gate, Policy
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.model.series import Series
from gonogo.verdict.core.questions import ASK_ALWAYS, ASK_NOW, ask, missing_subjects, required_signals
from tests.evidence_builder import INTERVAL, RULES, at_now, policy, samples

FILES = (RuleGroup("duri", RULES, INTERVAL),)
GATE = Gate(
    "g",
    (parse_condition("x == 1"), parse_condition("y <= 0.2 or falling(y, 30m)")),
    abort=(parse_condition("shared > 1 for 5m"),),
    warn=(parse_condition("x < 1 for 10m"),),
)


def test_one_subject_shares_two_windows() -> None:
    """The newest samples have a window of 5 min.

    All conditions with a duration share the longest window plus a quarter.
    """
    asked = ask(policy(gates=(GATE,)), FILES, asked=ASK_ALWAYS)
    assert asked.windows == {timedelta(seconds=30 * 60 * 1.25 + 60): ("duri_shared", "duri_x", "duri_y")}
    asked = ask(policy("x == 1", "y == 1 for 5m"), FILES)
    assert asked.windows == {timedelta(minutes=5): ("duri_x",), timedelta(seconds=435): ("duri_y",)}


def test_many_subjects_have_a_window_for_each_signal() -> None:
    """Without a duration the window is only the greatest age of the signal."""
    by = policy("x == 1", gates=(GATE, Gate("h", (parse_condition("shared >= 0"),))), subjects=("service",))
    asked = ask(by, FILES, asked=ASK_NOW)
    assert asked.windows == {
        timedelta(seconds=65): ("duri_shared",),
        timedelta(seconds=810): ("duri_x",),
        timedelta(seconds=2310): ("duri_y",),
    }


def test_raw_selectors_and_writer_times_are_asked_once() -> None:
    """Sources are read by selector. The time of a writer comes with the instant answer."""
    by = policy("x == 1", "shared == 1")
    by = replace(by, signals={**by.signals, "x": replace(by.signals["x"], written_at="beat_ts")})
    asked = ask(by, FILES)
    assert asked.instant == ("beat_ts", "duri_shared", "duri_x")
    assert [selector.text for selector in asked.origins] == ['raw_x{metric_realm="prod"}']


def test_a_signal_without_a_rule_is_raw_with_the_default_interval() -> None:
    """The metric is its own raw selector, and the interval is the default of Prometheus."""
    asked = ask(policy("x == 1", subjects=("service",)), ())
    assert asked.windows == {timedelta(seconds=125): ("duri_x",)}
    assert [selector.text for selector in asked.origins] == ["duri_x"]
    given = ask(policy("x == 1", subjects=("service",)), (), interval=timedelta(seconds=1))
    assert given.windows == {timedelta(seconds=7): ("duri_x",)}


def test_signals_of_one_metric_share_the_longest_window() -> None:
    """A short window must not be mistaken for the long window of the same series."""
    by = policy("x == 1", "again == 1 for 12m", "y == 1")
    by = replace(by, signals={**by.signals, "again": replace(by.signals["x"], name="again")})
    for subjects, other in (((), timedelta(minutes=5)), (("service",), timedelta(seconds=65))):
        asked = ask(replace(by, subjects=subjects), FILES)
        assert asked.windows == {other: ("duri_y",), timedelta(minutes=16): ("duri_x",)}


A, B = {"service": "a"}, {"service": "b"}


def fleet(**labels: str) -> Policy:
    """Build a policy over services whose signal ``x`` has these labels."""
    by = policy("x == 1", "shared == 1", subjects=("service",))
    return replace(by, signals={**by.signals, "x": replace(by.signals["x"], labels=labels)})


def newest(metric: str, service: str, realm: str | None = "prod", **labels: str) -> Series:
    """Return a newest sample."""
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
def test_a_series_outside_the_required_signals_does_not_show_a_subject(elsewhere: Series) -> None:
    """The series is in another realm, or in a signal that is not required or not of subject scope."""
    there = (newest("duri_x", "a"), elsewhere)
    assert missing_subjects(fleet(), (A, B), there) == (B,)
    assert missing_subjects(fleet(), (A, B), (*there, newest("duri_x", "b"))) == ()


def test_a_series_without_the_labels_of_the_signal_does_not_show_a_subject() -> None:
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
    """A policy without a realm counts series of every realm."""
    assert missing_subjects(replace(fleet(), realm=None), (B,), (newest("duri_x", "b", realm="dev"),)) == ()


def test_a_candidate_without_a_name_is_no_subject() -> None:
    """Labels that do not name a subject are left out."""
    assert missing_subjects(fleet(), ({}, {"service": ""}, {"team": "t"}), ()) == ()


def test_only_signals_of_requirements_show_subjects() -> None:
    """The signals of warnings and aborts, and shared signals, do not show subjects."""
    gate = Gate("g", (parse_condition("x == 1 or shared > 0"),), warn=(parse_condition("y == 1"),))
    assert [signal.name for signal in required_signals(policy(gates=(gate,)))] == ["x"]
