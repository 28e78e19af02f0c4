"""The name of a rule does not fit the pattern in the organisation's requirements.

Names of one form are easy to find: ``level:metric:operations`` distinguishes a record from a raw metric, and says to
which level it is aggregated. Opt-in: the requirements have a pattern for alerts and one for recorded metrics, each for
the whole name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the names that do not fit."""
    alert, record = wanted.alert_name, wanted.record_name
    for rule in estate.rules:
        pattern = alert if rule.is_alert else record
        if pattern and pattern.fullmatch(rule.name) is None:
            kind = rule.rule.kind.value
            yield rule.hit(rule.at_value(kind), f"{rule.name!r} does not fit the required pattern {pattern.pattern!r}")


_FACTS = {"requirements": Requirements(record_name=re.compile("[a-z_]+:[a-z_]+:[a-z0-9_]+"))}
_RULES = "groups: [{{name: web, rules: [{{record: '{}', expr: sum by (job) (up)}}]}}]\n"

CHECK = Check(
    id="rule-name",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("UpByJob")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("job:up:sum")}, _FACTS),
)
