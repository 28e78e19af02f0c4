"""Identical rules."""

from __future__ import annotations

from gonogo.ruletests.core.rule_text import file_text, twins

TEXT = """\
groups:
  - name: one
    rules:
      - {record: a, expr: 'sum(x) by (b, c)'}
      - {record: a, expr: 'sum by (c, b) (x)'}
      - {record: a, expr: 'sum by (c, b) (x)', labels: {d: e}}
      - {record: z, expr: 'no > > promql'}
"""


def test_rules_of_one_meaning_are_twins() -> None:
    """Rules of one meaning are twins in any spelling."""
    file = file_text(TEXT, "r.yml")
    (found,) = twins([file.rules, file.rules])
    assert found == file.rules[:2]


def test_rules_that_are_not_loaded_together_are_no_twins() -> None:
    """Two servers may have the same rule."""
    first, second, *_ = file_text(TEXT, "r.yml").rules
    assert twins([[first], [second]]) == ()
