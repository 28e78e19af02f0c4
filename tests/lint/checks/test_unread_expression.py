"""Tests of ``unread-expression``: expressions that no check can examine."""

from __future__ import annotations

from gonogo.formats.sources import source_file
from gonogo.lint.checks.unread_expression import find
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.core.estate import Estate

RULES = "groups: [{{name: g, rules: [{}]}}]\n"


def found(*expressions: str, **facts: object) -> list[str]:
    """Return the messages about a file with some rules."""
    text = RULES.format(", ".join(f"{{record: r, expr: '{expression}'}}" for expression in expressions))
    return [hit.message for hit in find(Estate((source_file(text, "f"),)).having(**facts))]


def test_an_expression_beyond_the_parser_is_counted() -> None:
    """The message has the reason. Readable and invalid expressions are not reported here."""
    (message,) = found("up", "rate(x)", "x @ 1e18", "up * 2")
    assert message == (
        "gonogo cannot read 1 of 4 expressions, so no check has examined them; "
        "this one because the time after @ is beyond the year 292,000,000"
    )


def test_an_expression_that_only_promtool_can_read_is_counted() -> None:
    """An expression that promtool accepts is PromQL of a newer version."""
    accepting = Arbiter("promtool", "9.9.0", frozenset({"f"}))
    messages = found("rate(x)", "x[1h : 1m", "up", arbiters=(accepting,))
    assert [message[:45] for message in messages] == ["gonogo cannot read 2 of 3 expressions, so no "] * 2
