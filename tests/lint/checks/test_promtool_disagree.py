"""Tests of ``promtool-disagree``: differences between two promtools."""

from __future__ import annotations

import pytest

from gonogo.errors import Position
from gonogo.formats.sources import SourceFile
from gonogo.lint.checks.promtool_disagree import CHECK
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Span

FILE = SourceFile("r.yml", "")
REFUSAL = ArbiterRefusal(Span(Position("r.yml", 2, 3)), "no such function", "X")
FINE = Arbiter("promtool", "2.42.0+ds", frozenset({"r.yml"}))


def messages(*arbiters: Arbiter) -> list[str]:
    """Return the messages about two arbiters."""
    return [hit.message for hit in CHECK.find(Estate((FILE,), arbiters=arbiters))]


def test_one_promtool_alone_has_no_finding() -> None:
    """Without a second promtool there is no disagreement."""
    assert messages() == []
    assert messages(FINE) == []
    assert messages(Arbiter("promtool", "2.42.0", refusals=(REFUSAL,))) == []


def test_a_file_that_only_one_promtool_refuses_is_found() -> None:
    """The message is that of the promtool that refuses."""
    other = Arbiter("there", "2.42.0", refusals=(REFUSAL,))
    for pair in ((FINE, other), (other, FINE)):
        (message,) = messages(*pair)
        assert "no such function" in message
        assert "there refuses this and promtool accepts it" in message


def test_a_file_that_both_promtools_refuse_is_not_found() -> None:
    """Only the check ``promtool`` reports such a file."""
    assert (
        messages(Arbiter("promtool", "2.42.0", refusals=(REFUSAL,)), Arbiter("b", "2.42.0", refusals=(REFUSAL,))) == []
    )


@pytest.mark.parametrize("version", ["2.53.1", ""])
def test_another_version_is_found_unless_it_is_allowed(version: str) -> None:
    """A missing version counts as another version."""
    (message,) = messages(FINE, Arbiter("there", version, frozenset({"r.yml"})))
    assert "--allow-version-skew" in message
    assert messages(FINE, Arbiter("there", version, frozenset({"r.yml"}), excused=True)) == []


@pytest.mark.parametrize("version", ["2.42.0", "2.42.0+ds", "2.42.0~rc1+b2"])
def test_the_suffix_of_a_distribution_is_not_another_version(version: str) -> None:
    """Debian's 2.42.0+ds is the same version as 2.42.0."""
    assert messages(FINE, Arbiter("there", version, frozenset({"r.yml"}))) == []


def test_without_a_file_nothing_is_found() -> None:
    """A lint without files has no finding."""
    assert list(CHECK.find(Estate(arbiters=(FINE, Arbiter("there", "9"))))) == []
