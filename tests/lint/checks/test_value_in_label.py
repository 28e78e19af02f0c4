"""Tests of ``value-in-label``: labels that show the value."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.value_in_label import CHECK
from tests.lint.core.short_rules import alert, severities


@pytest.mark.parametrize(
    "text", ["{{ $value }}", "{{ .Value | humanize }}", '{{ printf "%.0f" $value }}', "{{ $v := $value }}{{ $v }}"]
)
def test_a_label_that_shows_the_value_is_found(text: str) -> None:
    """The label is found in each way to write it."""
    assert severities(CHECK, alert("A", "x > 1", amount=text)) == ["error"]


@pytest.mark.parametrize(
    "text", ["{{ $labels.job }}", "{{ if gt $value 9.0 }}high{{ else }}low{{ end }}", "page", "{{"]
)
def test_a_label_that_does_not_show_the_value_is_not_found(text: str) -> None:
    """A comparison of the value may choose between two texts."""
    assert severities(CHECK, alert("A", "x > 1", amount=text)) == []


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("up == 0", 0),
        ("0 == up", 0),
        ("up == 0 and x", 0),
        ("up == 0 unless x", 0),
        ("up == 0 or absent(up)", 0),
        ("vector(1)", 0),
        ("1", 0),
        ("sum(", 0),
        ("up == bool 0", 1),
        ("up == x", 1),
        ("up == 0 or x", 1),
        ("x and up == 0", 1),
        ("x or absent(x)", 1),
        ("abs(x) > 1", 1),
        ("vector(time()) > 1", 1),
        ("x", 1),
    ],
)
def test_a_constant_value_in_a_label_is_not_found(expression: str, count: int) -> None:
    """A constant value makes only one alert."""
    assert severities(CHECK, alert("A", expression, amount="{{ $value }}")) == ["error"] * count


def test_a_value_in_an_annotation_is_not_found() -> None:
    """Annotations may show the value."""
    rule = "{alert: A, expr: x > 1, annotations: {summary: '{{ $value }}'}}"
    assert severities(CHECK, rule) == []
