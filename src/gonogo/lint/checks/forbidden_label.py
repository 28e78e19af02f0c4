"""A rule has a label, or a label value, that the organisation's requirements forbid.

Labels that servers or routes set themselves (``cluster``, ``replica``), old names, and values that no route matches any
more do harm in a rule. Opt-in: the requirements name the labels. With a pattern, only matching values are forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.requirements import NamePatterns, Requirements
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the forbidden labels."""
    if estate.requirements is None:
        return
    names = estate.requirements.forbidden_labels
    for rule in estate.rules:
        for name in names.patterns.keys() & rule.rule.labels.keys():
            if names.fits(name, rule.rule.labels[name]):
                yield rule.hit(rule.at_key("labels", name), f"the requirements forbid the label {name!r}; remove it")


_FACTS = {"requirements": Requirements(forbidden_labels=NamePatterns.of({"replica": None}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, labels: {{{}: a}}}}]}}]\n"

CHECK = Check(
    id="forbidden-label",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _RULES.format("replica")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("team")}, _FACTS),
    requires=("requirements",),
)
