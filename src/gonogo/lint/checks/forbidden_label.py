"""A rule has a label, or a label value, that the organisation's requirements forbid.

Labels that servers or routes set themselves (``cluster``, ``replica``), old names, and values that no route matches any
more do harm in a rule. Opt-in: the requirements name the labels. With a pattern, only matching values are forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import NamePatterns, Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the forbidden labels."""
    for rule in estate.rules:
        yield from wanted.forbidden_labels.met(rule, "labels")


_FACTS = {"requirements": Requirements(forbidden_labels=NamePatterns.of({"replica": None}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, labels: {{{}: a}}}}]}}]\n"

CHECK = Check(
    id="forbidden-label",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("replica")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("team")}, _FACTS),
)
