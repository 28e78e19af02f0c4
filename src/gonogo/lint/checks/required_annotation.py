"""An alert lacks an annotation that the organisation's requirements ask for, or its text does not fit.

The person on call needs to read what is wrong and where to look: a summary, a description, the address of a runbook.
Opt-in: the requirements name the annotations, and the patterns of their texts. A text with a template is not compared
with the pattern.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.requirements import NamePatterns, Requirements
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the alerts without a required annotation."""
    if estate.requirements is None:
        return
    names = estate.requirements.required_annotations
    for rule in estate.alerts:
        for name in names.patterns:
            text = rule.rule.annotations.get(name, "")
            if not text:
                yield rule.hit(rule.at_key("annotations"), f"every alert must have the annotation {name!r}; add it")
            elif "{{" not in text and not names.fits(name, text):
                message = f"{text!r} does not fit the required annotation {name!r}: {names.meant(name)}"
                yield rule.hit(rule.at_value("annotations", name), message)


_FACTS = {"requirements": Requirements(required_annotations=NamePatterns.of({"runbook_url": "https://.+"}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, annotations: {{{}}}}}]}}]\n"

CHECK = Check(
    id="required-annotation",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _RULES.format("summary: it is down")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("runbook_url: 'https://runbooks.example/down'")}, _FACTS),
    requires=("requirements",),
)
