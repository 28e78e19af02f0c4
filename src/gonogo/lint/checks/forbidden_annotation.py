"""An alert has an annotation, or an annotation text, that the organisation's requirements forbid.

Old names that no template shows any more, and links to wikis that are gone, mislead the person on call. Opt-in: the
requirements name the annotations. With a pattern, only matching texts are forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.requirements import NamePatterns, Requirements
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the forbidden annotations."""
    if estate.requirements is None:
        return
    names = estate.requirements.forbidden_annotations
    for rule in estate.alerts:
        for name in names.patterns.keys() & rule.rule.annotations.keys():
            if names.fits(name, rule.rule.annotations[name]):
                yield rule.hit(
                    rule.at_key("annotations", name), f"the requirements forbid the annotation {name!r}; remove it"
                )


_FACTS = {"requirements": Requirements(forbidden_annotations=NamePatterns.of({"wiki": None}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, annotations: {{{}: a}}}}]}}]\n"

CHECK = Check(
    id="forbidden-annotation",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _RULES.format("wiki")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("summary")}, _FACTS),
    requires=("requirements",),
)
