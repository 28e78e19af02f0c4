"""Where a source's interval comes from."""

from dataclasses import replace

from gonogo.judge.source_doubts import Sources
from gonogo.model.evidence import Unread
from tests.evidence_builder import evidence, target


def test_an_unknown_source_has_no_interval() -> None:
    """Neither a target nor a push: nothing says how often it comes."""
    assert Sources.of(evidence(targets=Unread("targets", "refused"))).scrape_interval(("node", "a:9100")) is None
    silent = replace(target(), scrape_interval=None)
    assert Sources.of(evidence(targets=(silent,))).scrape_interval(("node", "a:9100")) is None
    assert Sources.of(evidence()).scrape_interval(("node", "a:9100")) == 30.0
