"""Rule files that vmalert reads and promtool does not, so that no unit test of promtool can run their rules."""

from __future__ import annotations

from gonogo.errors import Problem
from gonogo.lint.sources import source_file
from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.rules.dialect import Dialect

_INSTEAD = "move the other rules to a file that promtool reads, or test this file with vmalert-tool unittest"


def vmalert_only(text: str, path: str) -> Problem | None:
    """Say why promtool cannot read a rule file: a key of vmalert's, or an expression that is not PromQL."""
    own = source_file(text, path, Dialect.VICTORIA_METRICS)
    known = {problem.where for problem in own.problems}
    for problem in source_file(text, path).problems:
        if problem.where not in known:
            return Problem(problem.where, f"promtool cannot read this rule file: {problem.message}", _INSTEAD)
    for rule in own.rules:
        if isinstance(rule.read, Refusal) and not isinstance(rule.read, Unjudged):
            why = f"the expression of {rule.name} is not PromQL: {rule.read.message}"
            where = rule.at_part(rule.read.start, rule.read.end).start
            return Problem(where, f"promtool cannot read this rule file: {why}", _INSTEAD)
    return None
