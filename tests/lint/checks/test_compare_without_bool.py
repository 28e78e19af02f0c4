"""Tests of ``compare-without-bool``: recorded comparisons and their readers."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.compare_without_bool import CHECK
from gonogo.lint.core.interest import Interest
from tests.lint.core.short_rules import alert, found, record, severities

ZERO = alert("Z", "r == 0")
ONE = alert("O", "r == 1")


@pytest.mark.parametrize("reader", [ZERO, alert("Z", "0 == r"), alert("Z", "max(r) == bool 0"), alert("N", "r != 1")])
@pytest.mark.parametrize(
    "expression",
    [
        "time() - x < 120",
        "a <= b",
        "(time() - x < 120) and on () y",
        "(time() - x < 120) unless y",
        "min(x < 120)",
        "(time() - x < 120) * 1",
        "1 * (time() - x < 120)",
        "120 > time() - x",
        "sum(x) > 0",
    ],
)
def test_a_recorded_comparison_that_is_read_as_0_or_1_is_an_error(expression: str, reader: str) -> None:
    """A recorded comparison that is read as 0 or 1 is an error, in every form of the question."""
    (one,) = found(CHECK, record("r", expression), reader)
    assert (one.severity, one.rule) == ("error", "r")
    assert "(rules.yml:1:" in one.message


@pytest.mark.parametrize(
    "expression",
    [
        "time() - x < bool 120",
        "x",
        "sum(",
        "sum(x < 120)",
        "(x > 5) or vector(0)",
        "x * (y > 5)",
        "(x > 5) * 8",
        "x + y",
    ],
)
def test_a_record_that_is_not_a_plain_comparison_is_not_found(expression: str) -> None:
    """A comparison with ``bool``, or a value of another kind, is not found."""
    assert severities(CHECK, record("r", expression), ZERO, ONE) == []


@pytest.mark.parametrize(
    ("expression", "reader", "severity"),
    [
        ("up == 1", ONE, []),
        ("up == 1", ZERO, ["error"]),
        ("up == 0", alert("N", "r != 1"), ["error"]),
        ("up > 0", ONE, []),
        ("up > 0", ZERO, ["error"]),
        ("mysql_up < 1", ZERO, []),
        ("bit < 1", ZERO, []),
        ("n > 0", ONE, ["warning"]),
        ("n > 0", ZERO, ["error"]),
        ("n > 200", ONE, ["error"]),
        ("(up > 0) * (n > 0)", ONE, ["warning"]),
        ("(up > 0) * (n > 200)", ONE, ["error"]),
        ('{zone="a"} > 0', ONE, ["warning"]),
    ],
)
def test_a_filter_of_series_that_are_0_or_1_is_allowed(expression: str, reader: str, severity: list[str]) -> None:
    """Series that are 0 or 1 may be filtered. For other series a filter is doubtful."""
    assert severities(CHECK, record("bit", "x > bool 1"), record("r", expression), reader) == severity


@pytest.mark.parametrize(
    "reader",
    [alert("A", "r > 0"), alert("A", "r == 5"), alert("A", "sum(r) == 0"), alert("A", 'r{zone="b"} == 0'), "{}"],
)
def test_a_reader_that_does_not_compare_with_0_or_1_is_not_found(reader: str) -> None:
    """A threshold, another number, a sum or another series is not a question for 0 or 1."""
    rules = [record("r", "time() - x < 120", zone="a")]
    assert severities(CHECK, *rules, *([reader] if reader != "{}" else [])) == []


def test_a_signal_that_a_gate_reads_as_0_or_1_needs_bool() -> None:
    """A signal that a policy compares with 0 or 1 needs ``bool``, even if no rule reads it."""
    interest = Interest("metric_realm", "prod", frozenset({"r"}), frozenset({"r"}))
    (one,) = found(CHECK, record("r", "up == 1"), ONE, interest=interest)
    assert one.severity == "error"
    assert "a gate of the policy reads r as 0 or 1" in one.message
