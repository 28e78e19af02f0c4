"""The interval of a source, and the doubt about an unknown source."""

from dataclasses import replace

from gonogo.model.evidence import Unread
from gonogo.model.outcome import Outcome, Reason
from gonogo.verdict.core.source_doubts import Sources
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import NOW, evidence, policy, target


def test_an_unknown_source_has_no_interval() -> None:
    """A source that is neither a target nor a push has no known interval."""
    assert Sources.of(evidence(targets=Unread("targets", "refused"))).scrape_interval(("node", "a:9100")) is None
    silent = replace(target(), scrape_interval=None)
    assert Sources.of(evidence(targets=(silent,))).scrape_interval(("node", "a:9100")) is None
    assert Sources.of(evidence()).scrape_interval(("node", "a:9100")) == 30.0


def test_series_that_no_target_and_no_push_explains_name_remote_write_and_otlp() -> None:
    """Both bring series without a target, and nobody can see there whether the writer lives."""
    (subject,) = judge(policy("x == 1"), evidence(targets=()), NOW).subjects
    (check,) = subject.gates[0].checks
    assert (check.outcome, check.doubts[0].reason) == (Outcome.UNKNOWN, Reason.SOURCE_UNKNOWN)
    assert "with remote write and OTLP nothing shows whether the writer is alive" in check.detail
    assert "prometheus.targets_url" in check.detail
