"""An alert, by the organisation's own requirements, lacks a label or has another value than it may.

Routes, silences and dashboards ask for labels such as ``severity`` and ``team``; an alert without them goes to
nobody's page. Opt-in: the requirements name the labels, and what their values look like. The value of a template is
not looked into.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.requirements import NamePatterns, Requirements
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """List the alerts without a required label."""
    if estate.requirements is None:
        return
    names = estate.requirements.required_labels
    for rule in estate.alerts:
        for name in names.patterns:
            value = rule.rule.labels.get(name, "")
            if not value:
                yield rule.hit(rule.at_key("labels"), f"the label {name!r} is required on every alert; add it")
            elif "{{" not in value and not names.fits(name, value):
                message = f"{value!r} is not what the label {name!r} may be: {names.meant(name)}"
                yield rule.hit(rule.at_value("labels", name), message)


_FACTS = {"requirements": Requirements(required_labels=NamePatterns.of({"severity": "critical|warning"}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, labels: {{severity: {}}}}}]}}]\n"

CHECK = Check(
    id="required-label",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _RULES.format("high")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("critical")}, _FACTS),
    requires=("requirements",),
)
