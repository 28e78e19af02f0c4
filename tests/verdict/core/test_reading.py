"""Readings: the provenance of a signal, and the samples that are judged."""

from __future__ import annotations

from gonogo.model.evidence import Evidence
from gonogo.model.outcome import Reason
from gonogo.model.policy import Policy
from gonogo.model.replacing import replace
from gonogo.model.series import Series
from gonogo.verdict.core.reading import MOST_NAMED, Readings
from tests.evidence_builder import NOW, at_now, evidence, origin, policy, samples

OTHERS = tuple(origin(instance=f"host-{number:02d}") for number in range(MOST_NAMED + 2))


def provenance(given: Evidence, metric: str = "x") -> tuple[str, ...]:
    """Return the provenance of a signal for the only subject."""
    by = policy()
    (reading,) = Readings(by, given).read((), metric)
    return reading.provenance


def test_a_series_with_source_labels_has_one_source() -> None:
    """The provenance has the rule, and the source with the labels of the series."""
    given = evidence(samples("duri_x"), origins={'raw_x{metric_realm="prod"}': (origin(), *OTHERS)})
    assert provenance(given) == (
        'rule duri_x: raw_x{metric_realm="prod"}',
        "raw_x{metric_realm=\"prod\"} from job='node', instance='a:9100'",
    )


def test_an_aggregate_names_some_sources_and_counts_the_rest() -> None:
    """A list of ten thousand sources would help no reader."""
    given = evidence(samples("duri_shared", source={}), origins={'raw_x{metric_realm="prod"}': OTHERS})
    named = provenance(given, "shared")
    assert len(named) == 1 + MOST_NAMED + 1
    assert named[1].endswith("from job='node', instance='host-00'")
    assert named[-1] == 'raw_x{metric_realm="prod"} from 2 more sources'


def test_nan_marks_of_ended_series_are_removed() -> None:
    """On a server that marks the end of a series with NaN, only the marks are removed."""
    whole = samples("duri_x", {40: 1.0, 10: 1.0})
    by = policy()
    given = replace(evidence(whole), nan_ends_series=True)
    (reading,) = Readings(by, given).read((), "x")
    assert reading.series == Series(whole.labels, (NOW - 40, NOW - 10), (1.0, 1.0))


def doubts(given: Evidence, by: Policy, subject: tuple[str, ...] = ()) -> dict[Reason, str]:
    """Return the doubts about ``x`` for a subject, by reason."""
    (reading, *_) = Readings(by, given).read(subject, "x")
    return {doubt.reason: doubt.detail for doubt in reading.doubts}


def test_the_detail_of_a_missing_series_has_its_labels() -> None:
    """The labels are those of the subject, the signal and each of its series.

    A subject without a name is any subject.
    """
    by = policy("x == 1", subjects=("service",))
    given = evidence(samples("duri_x", service="a"))
    assert "no series duri_x{service='b'}; start" in doubts(given, by, ("b",))[Reason.ABSENT]
    assert "no series duri_x{service=~'.+'}; start" in doubts(given, by, ("",))[Reason.ABSENT]
    each = replace(by.signals["x"], labels={"tier": "gold"}, each=({"slo": "s"}, {"slo": "t"}))
    by = replace(by, signals={"x": each})
    assert "no series duri_x{tier='gold', service='b', slo='s'}; " in doubts(given, by, ("b",))[Reason.ABSENT]
    assert "no series duri_x; start" in doubts(evidence(samples("duri_y")), policy("x == 1"))[Reason.ABSENT]


def test_a_series_of_another_realm_is_a_doubt_only_without_a_fresh_own_series() -> None:
    """A stale series of the own realm does not hide the series of the other realm."""
    by = policy("x == 1")
    dev = samples("duri_x", realm="dev")
    for newest, expected in ((10, {Reason.STALE}), (66, {Reason.WRONG_REALM, Reason.STALE})):
        ended = samples("duri_x", {newest + 30: 1.0, newest: 1.0})
        found = doubts(evidence(ended, dev, instant=(at_now(dev),)), by)
        assert set(found) == expected
    assert set(doubts(evidence(dev), by)) == {Reason.WRONG_REALM, Reason.ABSENT}
