"""Tests that patterns are judged as RE2 judges them."""

from __future__ import annotations

import pytest

from gonogo.promql.re2_syntax import judge


@pytest.mark.parametrize(
    ("pattern", "empty"),
    [
        ("", True),
        ("abc", False),
        ("a|", True),
        ("a|b", False),
        (".*", True),
        (".+", False),
        ("(a|b)?c", False),
        ("(a|b)?c?", True),
        ("()*", True),
        ("^$", True),
        ("\\Aa?\\z", True),
        ("\\b", False),
        ("\\B", True),
        ("(?i)", True),
        ("(?i)a", False),
        ("(?s-i:a)", False),
        ("(?P<n>a)", False),
        ("(?<n>a?)", True),
        ("a{0}", True),
        ("a{2,}", False),
        ("(a{0,3}){2}", True),
        ("x{,3}", False),
        ("{", False),
        ("a*?", True),
        ("[]a]", False),
        ("[^a-z\\d[:alpha:][:^digit:]]", False),
        ("[[:alpha:]:]", False),
        ("[[:alpha]", False),
        ("[a\\-z]", False),
        ("[\\x61-\\x{7a}]", False),
        ("[\\n-\\141]|\\t", False),
        ("[\\n-\\r]", False),
        ("\\Qa.b\\E?", False),
        ("\\Q\\E", True),
        ("\\Q(", False),
        ("\\pL\\p{Greek}\\p{^Lu}", False),
        ("\\x{61}\\041\\.", False),
    ],
)
def test_a_valid_pattern_has_no_fault(pattern: str, empty: bool) -> None:  # noqa: FBT001 - the expected answer is a truth value
    """The judgement says if the pattern matches the empty text."""
    judgement = judge(pattern)
    assert (judgement.fault, judgement.matches_empty) == ("", empty)


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(a", "a parenthesis is not closed"),
        ("a)b*", "a closing parenthesis has no opening one"),
        ("*", "has nothing to repeat"),
        ("(*)", "has nothing to repeat"),
        ("(?i)*", "has nothing to repeat"),
        ("a**", "repeats a repetition"),
        ("a{2}{3}", "repeats a repetition"),
        ("a{1001}", "repeats too often"),
        (r"[a-\d]", r"the range a-\d ends in a class of characters"),
        (r"[a-\pL]", r"the range a-\pL ends in a class of characters"),
        (f"a{{{'9' * 5000}}}", "repeats too often"),
        ("(a{30}){40}", "repeats too often"),
        ("a{3,1}", "has its ends exchanged"),
        ("[z-a]", "has its ends exchanged"),
        ("[", "a bracket is not closed"),
        ("[]", "a bracket is not closed"),
        ("[\\q]", "no escape"),
        ("[[:no:]]", "is not a known class"),
        ("[[:alpha::]]", "is not a known class"),
        ("[[:a:b:]]", "is not a known class"),
        ("(?!a)", "RE2 has no group"),
        ("(?s", "RE2 has no group"),
        ("\\1", "RE2 has no escape"),
        ("\\C", "RE2 has no escape"),
        ("\\ps", "RE2 has no escape"),
        ("\\", "it ends with a backslash"),
        ("\udcff.", "cannot be read"),
    ],
)
def test_an_invalid_pattern_is_refused_with_a_reason(pattern: str, says: str) -> None:
    """No answer is given for the empty text."""
    judgement = judge(pattern)
    assert says in judgement.fault
    assert judgement.matches_empty is None
