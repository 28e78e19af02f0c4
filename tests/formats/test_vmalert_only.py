"""Tests of rule files that vmalert can read and promtool cannot."""

from __future__ import annotations

import pytest

from gonogo.formats.vmalert_only import vmalert_only

FILE = """\
groups:
- name: own
  rules:
  - record: x
    expr: sum(up)
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            FILE.replace("  rules", "  concurrency: 2\n  rules"),
            "r.yml:3:3: promtool cannot read this rule file: the key",
        ),
        (FILE + "    debug: true\n", "r.yml:6:5: promtool cannot read this rule file: the key 'debug'"),
        (
            FILE.replace("(up)", "(up default 0)"),
            "r.yml:5:18: promtool cannot read this rule file: the expression of x",
        ),
    ],
)
def test_a_key_or_an_expression_of_vmalert_is_named(text: str, told: str) -> None:
    """The message has the place, the reason and the next step."""
    problem = vmalert_only(text, "r.yml")
    assert problem is not None
    assert str(problem).startswith(told)
    assert "vmalert-tool unittest" in problem.next_step


@pytest.mark.parametrize("text", [FILE, FILE + "    nonsense: 1\n", FILE.replace("(up)", f"(up[{'(' * 500}1m])")])
def test_other_mistakes_are_left_to_promtool(text: str) -> None:
    """Such a file has a mistake in both dialects, or an expression that gonogo does not judge."""
    assert vmalert_only(text, "r.yml") is None
