"""An alert lacks a label that the organisation's requirements ask for, or its value does not fit.

Routes, silences and dashboards use labels such as ``severity`` and ``team``. An alert without them reaches nobody.
Opt-in: the requirements name the labels, and the patterns of their values. A value with a template is not compared with
the pattern.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import NamePatterns, Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the alerts without a required label."""
    for rule in estate.alerts:
        yield from wanted.required_labels.unmet(rule, "labels")


_FACTS = {"requirements": Requirements(required_labels=NamePatterns.of({"severity": "critical|warning"}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, labels: {{severity: {}}}}}]}}]\n"

CHECK = Check(
    id="required-label",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("high")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("critical")}, _FACTS),
)
