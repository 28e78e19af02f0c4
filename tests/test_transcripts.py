"""Rewriting a transcript: lines that match stay, and new lines get wildcards for the parts that change in each run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcripts import accepted, matches

OLD = "exit 0\nPASS: all in […] s\nsaid by promtool:\n[…lines…]\nthe end […]\n"


@pytest.mark.parametrize(
    ("actual", "made"),
    [
        ("exit 0\nPASS: all in 0.3 s\nsaid by promtool:\na\nb\nthe end 7\n", OLD),
        (
            "exit 1\nPASS: all in 0.3 s\nsaid by promtool:\na\nb\nthe end 7\n",
            "exit 1\nPASS: all in […] s\nsaid by promtool:\n[…lines…]\nthe end […]\n",
        ),
        (
            "exit 0\nsaid by promtool:\na\nthe end 8\nFAIL (12.5 s) at 2026-11-28T01:02:03.456Z on http://127.0.0.1:45678\n",
            "exit 0\nsaid by promtool:\n[…lines…]\nthe end […]\nFAIL ([…] s) at […] on http://127.0.0.1:[…]\n",
        ),
        ("exit 0\n", "exit 0\n"),
    ],
)
def test_lines_that_still_match_keep_their_wildcards(actual: str, made: str) -> None:
    """A transcript that still matches is not changed."""
    assert accepted(OLD, actual) == made


@given(st.text(alphabet="ab\n"), st.text(alphabet="ab1 .\n", min_size=1))
def test_an_accepted_output_matches(expected: str, actual: str) -> None:
    """The next run with the same output passes."""
    assert matches(accepted(expected, actual), actual)
