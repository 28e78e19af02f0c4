"""A rule without an owner, or with an owner that the organisation does not know.

If nobody is responsible for a rule, people mute it when it is noisy, and nobody fixes it. Opt-in: the requirements list
the owners, and the label or annotation that names one, ``owner`` by default. If both exist, the label counts. The value
of a template is not checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the alerts without a known owner."""
    if not wanted.owners:
        return
    known = ", ".join(sorted(wanted.owners))
    for rule in estate.alerts:
        name = wanted.owner_label
        home = "labels" if name in rule.rule.labels else "annotations"
        owner = rule.rule.labels.get(name) or rule.rule.annotations.get(name, "")
        if not owner:
            yield rule.hit(rule.at_key("alert"), f"this alert has no owner; add {name!r}, one of {known}")
        elif "{{" not in owner and owner not in wanted.owners:
            yield rule.hit(rule.at_value(home, name), f"{owner!r} is not a known owner; the owners are {known}")


_FACTS = {"requirements": Requirements(owners=frozenset({"payments", "storage"}))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, labels: {{owner: {}}}}}]}}]\n"

CHECK = Check(
    id="owner",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("billing")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("payments")}, _FACTS),
)
