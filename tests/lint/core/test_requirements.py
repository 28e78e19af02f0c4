"""Values that fit what an organisation asks for."""

from __future__ import annotations

import re

import pytest

from gonogo.lint.core.requirements import NamePatterns


def test_a_broken_pattern_is_refused() -> None:
    """When it is read, not when it is used."""
    with pytest.raises(re.error):
        NamePatterns.of({"team": "("})


def test_a_pattern_fits_a_whole_value() -> None:
    """And no pattern fits any."""
    names = NamePatterns.of({"team": "web|db", "any": None})
    assert names.fits("team", "web")
    assert not names.fits("team", "webs")
    assert names.fits("any", "")
    assert (names.meant("team"), names.meant("any")) == ("web|db", "anything")
