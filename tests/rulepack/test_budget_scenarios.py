"""Examples of series: each is selected by its selector."""

from __future__ import annotations

import pytest

from gonogo.rulepack.budget_scenarios import witness
from gonogo.rulepack.selector import parse_selector


@pytest.mark.parametrize("text", ['x{a="b",a="c"}', 'x{a=~"b",a!="b"}', 'x{a=~"(?i)b"}', 'x{a=~"[[:alpha:]]+"}'])
def test_a_selector_without_an_example_is_refused(text: str) -> None:
    """A contradiction, or an expression that only RE2 can judge, is an error that names the label."""
    with pytest.raises(ValueError, match="no example for the label a satisfies"):
        witness(parse_selector(text), {})


@pytest.mark.parametrize(
    ("matcher", "example"),
    [
        ('a=~"5.."', "500"),
        ('a=~"5..|4.."', "500"),
        ('a=~"(4|5)[0-9]{2}"', "400"),
        ('a=~"(?:get|put)"', "get"),
        ('a=~"^api-.+$"', "api-0"),
        ('a=~"b*c?d"', "d"),
        ('a=~"b+"', "b"),
        ('a=~"[^a]b"', "0b"),
        ('a=~"[\\\\d]b{2,3}"', "0bb"),
        ('a=~"\\\\d\\\\w\\\\."', "0a."),
        ('a=~"[\\\\.]"', "."),
        ('a=~".*"', ""),
        ('a!=""', "a"),
        ('a!~"a|0"', ""),
        ('a!="",a!~"a|0"', "other"),
    ],
)
def test_examples_are_short(matcher: str, example: str) -> None:
    """Examples have the first branch, the first character and the fewest repetitions. Empty means a missing label."""
    assert witness(parse_selector(f"x{{{matcher}}}"), {}).get("a", "") == example


def test_wanted_labels_are_kept_unless_a_matcher_forbids_them() -> None:
    """The matcher on ``job`` replaces the wanted value."""
    selector = parse_selector('x{service=~".+",job="api"}')
    wanted = {"service": "alpha", "job": "source", "instance": "one"}
    assert witness(selector, wanted) == {"service": "alpha", "job": "api", "instance": "one"}
