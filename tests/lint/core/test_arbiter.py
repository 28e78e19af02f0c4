"""Tests of the places of promtool's refusals."""

from __future__ import annotations

import pytest

from gonogo.formats.promtool_words import PromtoolReason, Word
from gonogo.formats.sources import source_file
from gonogo.lint.core.arbiter import refusals

RULES = """\
groups:
- name: a
  rules:
  - record: x
    expr: |
      sum(ü)
      + sum(y
  - alert: Q
    expr: up == 0
    annotations: {summary: '{{ bad }}'}
"""
CUSTOM = "kind: PrometheusRule\nspec:\n" + "".join(f"  {line}\n" for line in RULES.splitlines())


def place(reason: PromtoolReason, text: str = RULES) -> tuple[int, int, str]:
    """Return line, column and rule of the only refusal."""
    (found,) = refusals(Word("r.yml", accepted=False, reasons=(reason,)), source_file(text, "r.yml"))
    return found.where.start.line, found.where.start.column, found.rule


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        (PromtoolReason("unclosed", 5, 11, "a", 1, "x", (2, 6)), (7, 12, "x")),
        (PromtoolReason("no such thing", 5, 11, "a", 1, "x", (1, 7)), (6, 12, "x")),
        (PromtoolReason("beyond the end", 5, 11, "a", 1, "x", (9, 9)), (7, 13, "x")),
        (PromtoolReason('annotation "summary": template: …', 0, 0, "a", 2, "Q"), (10, 29, "Q")),
        (PromtoolReason("invalid name", 4, 13, "a", 1, "x"), (4, 13, "x")),
        (PromtoolReason("invalid label name", 0, 0, "a", 2, "Q"), (8, 5, "Q")),
        (PromtoolReason("of a rule that nobody could read", 8, 5, "a", 3, "R"), (8, 5, "R")),
        (PromtoolReason("field rulez not found", 3), (3, 1, "")),
        (PromtoolReason("a line that is not there", 99, 2), (1, 1, "")),
        (PromtoolReason("the whole file"), (1, 1, "")),
    ],
)
def test_a_refusal_is_placed_as_exactly_as_possible(reason: PromtoolReason, found: tuple[int, int, str]) -> None:
    """The place is the character of the expression, the value, the rule, the line, or else the file."""
    assert place(reason) == found


def test_a_refusal_in_a_resource_is_placed_by_its_rule_and_line() -> None:
    """Unwrapping moved the rules to the left, on the same lines."""
    assert place(PromtoolReason("unclosed", 5, 9, "a", 1, "x", (2, 6)), CUSTOM) == (9, 14, "x")
    assert place(PromtoolReason("invalid name", 6, 11, "a", 1, "x"), CUSTOM) == (6, 7, "x")
    assert place(PromtoolReason("field rulez not found", 5, 3), CUSTOM) == (5, 1, "")


def test_a_refusal_without_a_reason_is_reported() -> None:
    """A refusal is never lost."""
    (found,) = refusals(Word("r.yml", accepted=False), source_file(RULES, "r.yml"))
    assert found.message == "promtool refuses this file and gives no reason"
