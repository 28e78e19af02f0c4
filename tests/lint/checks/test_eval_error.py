"""Tests of ``eval-error``: expressions that a server cannot evaluate."""

from __future__ import annotations

from gonogo.formats.sources import source_file
from gonogo.lint.checks.eval_error import CHECK
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.live import Live

RULES = "groups: [{name: g, rules: [{record: 'a:b', expr: a / b}, {record: 'a:c', expr: a / c}]}]\n"


def test_without_a_server_nothing_is_found() -> None:
    """Without a server the check finds nothing."""
    assert list(CHECK.find(Estate((source_file(RULES, "r.yml"),)))) == []


def test_a_rule_that_the_server_cannot_evaluate_is_found() -> None:
    """The rule is found with the server's message, and the other rule is not found."""
    live = Live(errors={"a / b": "many-to-many matching not allowed"})
    (hit,) = CHECK.find(Estate((source_file(RULES, "r.yml"),), live=live))
    assert hit.rule == "a:b"
    assert hit.message == "the server cannot evaluate this expression: many-to-many matching not allowed"
