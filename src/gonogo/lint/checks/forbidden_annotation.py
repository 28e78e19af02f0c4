"""An alert has an annotation, or an annotation text, that the organisation's requirements forbid.

Old names that no template shows any more, and links to wikis that are gone, mislead the person on call. Opt-in: the
requirements name the annotations. With a pattern, only matching texts are forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import NamePatterns, Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the forbidden annotations."""
    for rule in estate.alerts:
        yield from wanted.forbidden_annotations.met(rule, "annotations")


_FACTS = {"requirements": Requirements(forbidden_annotations=NamePatterns.of({"wiki": None}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, annotations: {{{}: a}}}}]}}]\n"

CHECK = Check(
    id="forbidden-annotation",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("wiki")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("summary")}, _FACTS),
)
