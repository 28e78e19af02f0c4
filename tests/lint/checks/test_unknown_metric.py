"""Tests of ``unknown-metric``: series that a server does not have, and the matcher to blame."""

from __future__ import annotations

from gonogo.formats.sources import source_file
from gonogo.lint.checks.unknown_metric import CHECK
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.live import Live
from gonogo.model.finding import Hit, Severity

RULES = 'groups: [{name: g, rules: [{alert: A, expr: \'sum(up{job="a",env="b"}) > 1\'}]}]\n'


def hits(live: Live | None) -> list[Hit]:
    """Run the check."""
    return list(CHECK.find(Estate((source_file(RULES, "r.yml"),), live=live)))


def test_without_an_answer_of_a_server_nothing_is_found() -> None:
    """A question without an answer is no finding."""
    assert hits(None) == []
    assert hits(Live()) == []
    assert hits(Live(found={'up{env="b",job="a"}': True})) == []


def test_a_metric_without_any_series_is_an_error() -> None:
    """The finding is at the selector."""
    (hit,) = hits(Live(found={'up{env="b",job="a"}': False, "up": False}))
    assert hit.severity is Severity.ERROR
    assert (hit.where.start.line, hit.where.start.column) == (1, 50)
    assert "no series of up" in hit.message


def test_a_matcher_without_series_is_named_in_a_warning() -> None:
    """The series may not exist yet, so the finding is not an error."""
    found = {'up{env="b",job="a"}': False, "up": True, 'up{env="b"}': False, 'up{job="a"}': True}
    (hit,) = hits(Live(found=found))
    assert hit.severity is Severity.WARNING
    assert 'none like up{env="b"},' in hit.message


def test_matchers_that_find_no_series_only_together_are_all_named() -> None:
    """Each matcher alone finds series, so the message names all of them."""
    found = {'up{env="b",job="a"}': False, "up": True, 'up{env="b"}': True, 'up{job="a"}': True}
    (hit,) = hits(Live(found=found))
    assert "all matchers together" in hit.message
