"""The server cannot evaluate the expression: it loads the rule without an error, and then every evaluation fails.

A division whose sides match many to many is valid PromQL, and an error as soon as the series exist. Only
`/api/v1/rules` shows the error (health `err`), and the alert never fires. Checked with a running server
(`--prometheus URL`), which evaluates every expression once.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.live import Live


def find(estate: Estate, live: Live) -> Iterator[Hit]:
    """Yield the rules whose expression the server failed to evaluate."""
    for rule in estate.rules:
        error = live.errors.get(rule.rule.expression)
        if error is not None:
            yield rule.hit(rule.at(), f"the server cannot evaluate this expression: {error}")


_BAD = "groups: [{name: web, rules: [{record: a:b:ratio, expr: a / b}]}]\n"
_GOOD = "groups: [{name: web, rules: [{record: a:b:ratio, expr: sum(a) / sum(b)}]}]\n"
_ERROR = "found duplicate series for the match group {} on the right hand-side of the operation"

CHECK = Check(
    id="eval-error",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.live, find),
    bad=Example({"rules.yml": _BAD}, {"live": Live(errors={"a / b": _ERROR})}),
    good=Example({"rules.yml": _GOOD}, {"live": Live()}),
)
