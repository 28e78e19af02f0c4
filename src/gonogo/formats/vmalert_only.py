"""Finds rule files that vmalert can read and promtool cannot: no unit test of promtool can run their rules."""

from __future__ import annotations

from gonogo.errors import Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.sources import source_file
from gonogo.promql.refusal import Refusal, Unjudged

_INSTEAD = "move the other rules to a file that promtool reads, or test this file with vmalert-tool unittest"


def vmalert_only(text: str, path: str) -> Problem | None:
    """Return the reason why promtool cannot read a rule file: a key of vmalert, or an expression that is not PromQL."""
    if key := vmalert_key(text, path):
        return Problem(key.where, f"promtool cannot read this rule file: {key.message}", _INSTEAD)
    for rule in source_file(text, path, Dialect.VICTORIA_METRICS).rules:
        if isinstance(rule.read, Refusal) and not isinstance(rule.read, Unjudged):
            why = f"the expression of {rule.name} is not PromQL: {rule.read.message}"
            where = rule.at_part(rule.read.start, rule.read.end).start
            return Problem(where, f"promtool cannot read this rule file: {why}", _INSTEAD)
    return None


def vmalert_key(text: str, path: str) -> Problem | None:
    """Return the first mistake of a rule file that vmalert accepts: a key that only vmalert knows."""
    known = {problem.where for problem in source_file(text, path, Dialect.VICTORIA_METRICS).problems}
    return next((problem for problem in source_file(text, path).problems if problem.where not in known), None)
