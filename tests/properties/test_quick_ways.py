"""Tests of the fast paths for fleets that need no explanation. Fast paths must never change an answer."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given

from gonogo.model.evidence import Evidence
from gonogo.model.policy import Policy
from gonogo.verdict.core import checking, reading
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import NOW
from tests.properties.test_verdict_laws import cases


@given(cases())
def test_the_fast_paths_never_change_a_judgement(case: tuple[Policy, Evidence]) -> None:
    """The judgement with every series and window explained is the same, to the last letter."""
    by, found = case
    quick = judge(by, found, NOW)
    with (
        patch.object(reading, "looks_sound", return_value=False),
        patch.object(checking, "_all_in_range", return_value=False),
    ):
        assert repr(judge(by, found, NOW)) == repr(quick)
