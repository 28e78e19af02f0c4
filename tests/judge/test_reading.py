"""Readings: what a signal is made of, and the samples that are judged."""

from __future__ import annotations

from dataclasses import replace

from gonogo.judge.reading import MOST_NAMED, Readings
from gonogo.model.evidence import Evidence
from gonogo.model.series import Series
from tests.evidence_builder import NOW, SOURCE, evidence, policy, samples

OTHERS = tuple({"job": "node", "instance": f"host-{number:02d}"} for number in range(MOST_NAMED + 2))


def provenance(given: Evidence, metric: str = "x") -> tuple[str, ...]:
    """Give the provenance of a signal for the only subject."""
    by = policy()
    (reading,) = Readings(by, given, tuple(by.signals.values())).read(metric, ())
    return reading.provenance


def test_a_series_that_names_its_source_comes_from_there() -> None:
    """The rule first, then the one source of many that this series is from."""
    given = evidence(samples("duri_x"), origins={'raw_x{metric_realm="prod"}': (SOURCE, *OTHERS)})
    assert provenance(given) == (
        'rule duri_x: raw_x{metric_realm="prod"}',
        "raw_x{metric_realm=\"prod\"} from job='node', instance='a:9100'",
    )


def test_an_aggregate_of_a_fleet_names_some_and_counts_the_rest() -> None:
    """Ten thousand sources in every check of ten thousand subjects would be nobody's evidence."""
    given = evidence(samples("duri_shared", source={}), origins={'raw_x{metric_realm="prod"}': OTHERS})
    named = provenance(given, "shared")
    assert len(named) == 1 + MOST_NAMED + 1
    assert named[1].endswith("from job='node', instance='host-00'")
    assert named[-1] == 'raw_x{metric_realm="prod"} from 2 more sources'


def test_a_server_that_marks_ends_by_nan_has_series_without_any() -> None:
    """Only the marks are taken out."""
    whole = samples("duri_x", {40: 1.0, 10: 1.0})
    by = policy()
    given = replace(evidence(whole), nan_ends_series=True)
    (reading,) = Readings(by, given, tuple(by.signals.values())).read("x", ())
    assert reading.series == Series(whole.labels, (NOW - 40, NOW - 10), (1.0, 1.0))
