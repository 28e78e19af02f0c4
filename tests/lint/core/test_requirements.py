"""Tests of values and patterns."""

from __future__ import annotations

import re

import pytest

from gonogo.lint.core.requirements import NamePatterns


def test_a_broken_pattern_is_refused() -> None:
    """An invalid pattern is refused when it is compiled."""
    with pytest.raises(re.error):
        NamePatterns.of({"team": "("})


def test_a_pattern_fits_a_whole_value() -> None:
    """A pattern must match the whole value. Without a pattern every value fits."""
    names = NamePatterns.of({"team": "web|db", "any": None})
    assert names.fits("team", "web")
    assert not names.fits("team", "webs")
    assert names.fits("any", "")
    assert (names.meant("team"), names.meant("any")) == ("web|db", "anything")
