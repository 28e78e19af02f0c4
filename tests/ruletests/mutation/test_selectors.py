"""Certain facts about a result, for every input."""

from __future__ import annotations

import pytest

from gonogo.promql.parser import parse
from gonogo.promql.tree import Matcher
from gonogo.ruletests.mutation.selectors import has_label, needless, never_negative


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ('x{r="p"}', True),
        ('x{r=""}', False),
        ('x{r=~"p"}', False),
        ("x", False),
        ('rate(x{r="p"}[5m])', True),
        ('-max_over_time(x{r="p"}[1h:])', True),
        ('absent(x{r="p"})', False),
        ('sum(x{r="p"})', False),
        ('sum by (r) (x{r="p"})', True),
        ('sum without (r) (x{r="p"})', False),
        ('sum without (a) (x{r="p"})', True),
        ('topk(1, x{r="p"})', False),
        ('x{r="p"} + y', True),
        ('x + y{r="p"}', True),
        ('x + on (r) y{r="p"}', False),
        ('x{r="p"} or y{r="p"}', True),
        ('x{r="p"} or y', False),
        ('x{r="p"} unless y', True),
        ('x unless y{r="p"}', False),
        ('x and y{r="p"}', True),
        ('x and on (r) y{r="p"}', True),
        ('x and on (a) y{r="p"}', False),
        ('x and ignoring (a) y{r="p"}', True),
        ('x and ignoring (r) y{r="p"}', False),
        ('x * on (a) group_left (r) y{r="p"}', False),
        ("1", False),
    ],
)
def test_the_certain_labels_of_a_result_are_known(text: str, certain: bool) -> None:  # noqa: FBT001 - a column of the table
    """Labels are followed through functions, aggregations and joins."""
    assert has_label(parse(text), "r", "p") is certain


@pytest.mark.parametrize(
    ("text", "path", "void"),
    [
        ('x{r="p"} + y{r="p"}', (0,), True),
        ('rate(x{r="p"}[5m]) + y{r="p"}', (0, 0, 0), True),
        ('absent(x{r="p"}) + y{r="p"}', (0, 0), False),
        ('(x{r="p"} or z) + y{r="p"}', (0, 0), True),
        ('x{r="p"} + on (a) y{r="p"}', (0,), False),
        ('x{r="p"}', (), False),
        ('z + (x{r="p"} + y)', (1, 0), False),
    ],
)
def test_a_matcher_that_a_join_repeats_is_needless(text: str, path: tuple[int, ...], void: bool) -> None:  # noqa: FBT001 - a column
    """Other series would find no partner."""
    assert needless(parse(text), path, Matcher("r", "=", "p")) is void


def test_only_equality_can_be_needless() -> None:
    """Only matchers with ``=`` can be needless."""
    assert not needless(parse('x{r!="p"} + y{r!="p"}'), (0,), Matcher("r", "!=", "p"))


def test_a_quantile_removes_the_label_le() -> None:
    """``histogram_quantile`` removes the label ``le``."""
    assert not has_label(parse('histogram_quantile(0.9, x{le="1"})'), "le", "1")
    assert has_label(parse('histogram_quantile(0.9, x{r="p"})'), "r", "p")


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("1", True),
        ("-1", False),
        ("x", False),
        ("rate(x[5m])", True),
        ("clamp_min(x, 0)", True),
        ("clamp_min(x, -1)", False),
        ("ceil(x)", False),
        ("count(x)", True),
        ("sum(rate(x[5m]))", True),
        ("sum(x)", False),
        ("topk(1, rate(x[5m]))", False),
        ("rate(x[5m]) / rate(y[5m])", True),
        ("rate(x[5m]) - rate(y[5m])", False),
        ("rate(x[5m]) or y", False),
        ("rate(x[5m]) and y", True),
        ("rate(x[5m]) > y", True),
        ("x > bool y", True),
        ("-rate(x[5m])", False),
    ],
)
def test_some_results_are_never_negative(text: str, certain: bool) -> None:  # noqa: FBT001 - a column of the table
    """Counts and rates are never negative, nor are results of them without a minus."""
    assert never_negative(parse(text)) is certain
