"""Tests of ``promtool``: refusals of the first arbiter."""

from __future__ import annotations

from gonogo.errors import Position
from gonogo.lint.checks.promtool import CHECK
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Span
from gonogo.model.versions import release

REFUSAL = ArbiterRefusal(Span(Position("r.yml", 2, 3)), "no", "X")


def test_without_promtool_nothing_is_found() -> None:
    """Without an arbiter the check finds nothing."""
    assert list(CHECK.find(Estate())) == []


def test_only_the_first_promtools_refusals_are_found() -> None:
    """Refusals of the second promtool belong to another check."""
    first = Arbiter("promtool", "2.42.0", refusals=(REFUSAL,))
    (hit,) = CHECK.find(Estate(arbiters=(first, Arbiter("other", "2.42.0", refusals=(REFUSAL, REFUSAL)))))
    assert (hit.where, hit.rule) == (REFUSAL.where, "X")
    assert hit.message == "promtool 2.42.0 refuses this: no"


def test_a_release_is_the_major_and_minor_version() -> None:
    """The suffix of a distribution does not matter."""
    assert release("2.42.0+ds") == (2, 42)
    assert release("v3.1") == (3, 1)
    assert release("") is None
