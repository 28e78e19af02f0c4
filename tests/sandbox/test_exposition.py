"""The exports are in Prometheus's text format, one family after the other."""

from __future__ import annotations

from gonogo.sandbox.exposition import exposition
from gonogo.sandbox.sources import FeedJob, RawSource


def source(name: str, *, counter: bool = False, **labels: str) -> RawSource:
    """Make a source whose value is not asked."""
    return RawSource(name, labels, counter, FeedJob.NODE, lambda _: None)


def test_a_counter_and_a_gauge() -> None:
    """Each has its type and the realm."""
    text = exposition([(source("a_total", counter=True), 3), (source("b", window="2h"), 0.5)], "sandbox").decode()
    assert text == (
        "# HELP a_total Scripted for the sandbox.\n# TYPE a_total counter\n"
        'a_total{metric_realm="sandbox"} 3\n'
        "# HELP b Scripted for the sandbox.\n# TYPE b gauge\n"
        'b{metric_realm="sandbox",window="2h"} 0.5\n'
    )


def test_the_parts_of_a_histogram_are_one_family() -> None:
    """The type of the family is written once."""
    parts = [(source("d_bucket", counter=True, le="60"), 1), (source("d_sum"), 9.5), (source("d_count"), 1)]
    text = exposition(parts, "sandbox").decode()
    assert text.count("# TYPE") == 1
    assert "# TYPE d histogram\n" in text
    assert 'd_bucket{metric_realm="sandbox",le="60"} 1\n' in text
