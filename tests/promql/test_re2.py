"""Tests of gonogo.promql.re2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.re2 import accepts


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)prod", r"\pN", r"[[:alpha:]]+", r"a{,5}", r"(a+)+b", r"(?:ab)*", r"(a|a)+", r"\Qa.b\E", r"a\z", r"\x41",
        r"[a&&b]", r"[a--b]", r"\s", r"(a)\1", r"(?P<n>a)", r"(?=a)", r"a{1001}", "(", "[z-a]",
    ],
)  # fmt: skip
def test_a_pattern_that_only_re2_can_judge_has_no_answer(pattern: str) -> None:
    """Python's engine differs, takes exponential time or lacks the syntax."""
    assert accepts(pattern, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!") is None


def test_a_line_break_is_not_judged() -> None:
    """Versions of Prometheus differ in whether a dot matches a line break."""
    assert accepts("a.b", "a\nb") is None


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("a", "ab", False),
        ("a|b", "b", True),
        ("a|b", "ab", False),
        ("^(?:a|b)$", "a", True),
        ("prod-.+", "prod-1", True),
        ("prod-.+", "prod-", False),
        (r"5..", "503", True),
        (r"\d+", "12", True),
        (r"\d+", "\u0661", False),
        (r"\w*", "é", False),
        (r"[a-z_]+[0-9]{2,}", "ab_12", True),
        (r"[a-zA-Z0-9_.-]+", "a.b-c", True),
        (r"[^/]+", "a/b", False),
        (r"10\.0\.0\.\d{1,3}:9100", "10.0.0.7:9100", True),
        (r"(foo|bar)-?baz", "foobaz", True),
        (r"x{2}", "xx", True),
        (r"a+?b", "aab", True),
    ],
)
def test_a_common_pattern_must_match_the_whole_value(pattern: str, value: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """Classes are ASCII classes, as in RE2."""
    assert accepts(pattern, value) is expected


@given(st.text(alphabet=st.characters(blacklist_characters="\n", codec="utf-8")))
def test_an_escaped_literal_accepts_itself(value: str) -> None:
    """Every ASCII character of the value that could be special is escaped.

    The pattern matches the value, or is not judged.
    """
    pattern = "".join(f"\\{c}" if c.isascii() and not c.isalnum() and not c.isspace() else c for c in value)
    assert accepts(pattern, value) is not False
