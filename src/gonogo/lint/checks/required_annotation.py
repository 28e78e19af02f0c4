"""An alert lacks an annotation that the organisation's requirements ask for, or its text does not fit.

The person on call needs to read what is wrong and where to look: a summary, a description, the address of a runbook.
Opt-in: the requirements name the annotations, and the patterns of their texts. A text with a template is not compared
with the pattern.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import NamePatterns, Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the alerts without a required annotation."""
    for rule in estate.alerts:
        yield from wanted.required_annotations.unmet(rule, "annotations")


_FACTS = {"requirements": Requirements(required_annotations=NamePatterns.of({"runbook_url": "https://.+"}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, annotations: {{{}}}}}]}}]\n"

CHECK = Check(
    id="required-annotation",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("summary: it is down")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("runbook_url: 'https://runbooks.example/down'")}, _FACTS),
)
